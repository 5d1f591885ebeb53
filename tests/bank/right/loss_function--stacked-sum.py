# stub: loss_function
# why: both terms stacked and summed
import torch


def loss_function(recon_x, x, mu, log_var):
    terms = torch.stack([reconstruction_loss(recon_x, x), kl_divergence(mu, log_var)])
    return terms.sum()
