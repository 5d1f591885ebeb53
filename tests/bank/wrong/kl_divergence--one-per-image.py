# stub: kl_divergence
# part: loss
# misconception: loss-not-scalar
# why: returns N numbers
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=1)
