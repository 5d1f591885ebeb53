# stub: reconstruction_loss, kl_divergence
# part: loss
# misconception: batch-mean
# why: both terms averaged over the batch: agree with each other and with many courses, not with this one
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum") / len(x)


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp()) / len(mu)
