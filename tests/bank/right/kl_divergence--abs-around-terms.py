# stub: kl_divergence
# why: abs() around terms that are never negative
import torch


def kl_divergence(mu, log_var):
    spread = torch.abs(log_var.exp() - 1 - log_var)
    return 0.5 * (torch.abs(mu.pow(2)) + spread).sum()
