# stub: kl_divergence
# part: loss
# misconception: input-edited
# why: pow_() squares the caller's mu
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow_(2) - log_var.exp())
