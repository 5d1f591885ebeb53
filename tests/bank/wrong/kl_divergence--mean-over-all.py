# stub: kl_divergence
# part: loss
# misconception: kl-latent-mean
# why: averages over dimensions and images
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.mean(1 + log_var - mu.pow(2) - log_var.exp())
