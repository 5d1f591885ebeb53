# stub: reconstruction_loss, kl_divergence
# part: loss
# misconception: rec-mean
# why: both terms are plain means
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784))


def kl_divergence(mu, log_var):
    return -0.5 * torch.mean(1 + log_var - mu.pow(2) - log_var.exp())
