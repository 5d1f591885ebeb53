# stub: reconstruction_loss, kl_divergence, loss_function
# part: loss
# misconception: rec-detached
# why: .item() in each term, the total is a fresh tensor that requires a gradient
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return torch.tensor(F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum").item())


def kl_divergence(mu, log_var):
    return torch.tensor((-0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())).item())


def loss_function(recon_x, x, mu, log_var):
    total = reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
    return total.requires_grad_(True)
