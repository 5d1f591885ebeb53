# stub: kl_divergence
# part: loss
# misconception: kl-mu-not-squared
# why: absolute value in place of the square
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.abs() - log_var.exp())
