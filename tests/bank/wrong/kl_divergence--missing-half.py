# stub: kl_divergence
# part: loss
# misconception: kl-missing-half
# why: the one-half of the Gaussian KL was dropped, so KL weighs twice
import torch


def kl_divergence(mu, log_var):
    return -torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
