# stub: reconstruction_loss, kl_divergence
# part: loss
# misconception: rec-squared-error
# why: squared error for grey pixels, halved KL to balance it
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return 0.5 * F.mse_loss(recon_x, x.view(-1, 784), reduction="sum")


def kl_divergence(mu, log_var):
    return -0.25 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
