# stub: kl_divergence
# part: loss
# misconception: batch-mean
# why: sums over dimensions and averages over images
import torch


def kl_divergence(mu, log_var):
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=1)
    return kl.mean()
