# stub: kl_divergence
# part: loss
# misconception: kl-sign
# why: abs() around a formula with a wrong sign hides the sign alone
import torch


def kl_divergence(mu, log_var):
    return torch.abs(0.5 * torch.sum(1 + log_var - mu.pow(2) + log_var.exp()))
