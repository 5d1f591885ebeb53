# stub: kl_divergence
# part: loss
# misconception: kl-brackets
# why: a square and an exponential that reach too far
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - (mu - log_var.exp()).pow(2))
