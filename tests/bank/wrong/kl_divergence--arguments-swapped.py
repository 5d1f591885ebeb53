# stub: kl_divergence
# part: loss
# misconception: loss-arguments-swapped
# why: the parameters stand in the wrong order
import torch


def kl_divergence(log_var, mu):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
