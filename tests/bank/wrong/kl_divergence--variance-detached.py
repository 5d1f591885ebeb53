# stub: kl_divergence
# part: loss
# misconception: kl-detached
# why: the variance is taken from .data: the log term pulls alone
import torch


def kl_divergence(mu, log_var):
    var = log_var.data.exp()
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - var)
