# stub: loss_function
# part: loss
# misconception: loss-not-scalar
# why: both terms in one tensor of two
import torch


def loss_function(recon_x, x, mu, log_var):
    return torch.stack([reconstruction_loss(recon_x, x), kl_divergence(mu, log_var)])
