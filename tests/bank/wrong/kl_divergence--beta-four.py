# stub: kl_divergence
# part: loss
# misconception: kl-weighted
# why: a beta-VAE with beta = 4
import torch

BETA = 4.0


def kl_divergence(mu, log_var):
    return BETA * -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
