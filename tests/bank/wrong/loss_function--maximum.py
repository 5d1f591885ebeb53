# stub: loss_function
# part: loss
# misconception: loss-wrong-combination
# why: the larger of the two
import torch


def loss_function(recon_x, x, mu, log_var):
    return torch.max(reconstruction_loss(recon_x, x), kl_divergence(mu, log_var))
