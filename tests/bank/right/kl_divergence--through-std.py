# stub: kl_divergence
# why: by way of the standard deviation
import torch


def kl_divergence(mu, log_var):
    std = torch.exp(0.5 * log_var)
    return (-torch.log(std) + (std**2 + mu**2) / 2 - 0.5).sum()
