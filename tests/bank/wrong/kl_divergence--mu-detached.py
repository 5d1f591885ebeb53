# stub: kl_divergence
# part: loss
# misconception: kl-detached
# why: only the spread gets a gradient
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.data.pow(2) - log_var.exp())
