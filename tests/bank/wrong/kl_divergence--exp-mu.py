# stub: kl_divergence
# part: loss
# misconception: kl-mu-not-squared
# why: exp went to mu as well
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.exp() - log_var.exp())
