# stub: kl_divergence
# part: loss
# misconception: kl-mu-not-squared
# why: 2|mu| agrees with the square at 2 alone
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - 2 * mu.abs() - log_var.exp())
