# stub: kl_divergence
# part: loss
# misconception: kl-term-missing
# why: the mean is never pulled to zero
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - log_var.exp())
