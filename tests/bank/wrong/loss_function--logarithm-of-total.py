# stub: loss_function
# part: loss
# misconception: loss-wrong-combination
# why: logarithm of the total: same optimum, other numbers
import torch


def loss_function(recon_x, x, mu, log_var):
    return torch.log(reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var))
