# stub: loss_function
# part: loss
# misconception: loss-mixed-reduction
# why: one batch sum plus N single KLs, then the sum: reconstruction counts N times
import torch


def loss_function(recon_x, x, mu, log_var):
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=1)
    return (reconstruction_loss(recon_x, x) + kl).sum()
