# stub: kl_divergence
# part: loss
# misconception: kl-detached
# why: only the mean gets a gradient
import torch


def kl_divergence(mu, log_var):
    log_var = log_var.detach()
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
