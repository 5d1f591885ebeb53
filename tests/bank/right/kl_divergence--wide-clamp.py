# stub: kl_divergence
# why: clamp at +-20
import torch


def kl_divergence(mu, log_var):
    log_var = log_var.clamp(-20, 20)
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
