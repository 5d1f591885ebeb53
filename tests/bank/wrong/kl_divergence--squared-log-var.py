# stub: kl_divergence
# part: loss
# misconception: kl-exp-forgotten
# why: squares log_var as if it were a standard deviation
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.pow(2))
