# stub: kl_divergence
# part: loss
# misconception: kl-weighted
# why: distance of the KL from a target capacity
import torch


def kl_divergence(mu, log_var):
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return (kl - 10.0).abs()
