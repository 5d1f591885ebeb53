# stub: loss_function
# why: the two terms are added up in float64
import torch


def loss_function(recon_x, x, mu, log_var):
    terms = [reconstruction_loss(recon_x, x), kl_divergence(mu, log_var)]
    return torch.stack([term.to(torch.float64) for term in terms]).sum()
