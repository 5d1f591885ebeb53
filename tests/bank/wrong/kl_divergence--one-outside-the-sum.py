# stub: kl_divergence
# part: loss
# misconception: kl-missing-one
# why: the 1 is added once, not once for each dimension
import torch


def kl_divergence(mu, log_var):
    return -0.5 * (1 + torch.sum(log_var - mu.pow(2) - log_var.exp()))
