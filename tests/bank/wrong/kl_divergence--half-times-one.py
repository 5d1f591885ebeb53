# stub: kl_divergence
# part: loss
# misconception: kl-brackets
# why: -0.5 reaches the first term alone
import torch


def kl_divergence(mu, log_var):
    return torch.sum(-0.5 * (1 + log_var) - mu.pow(2) - log_var.exp())
