# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: indexes one latent dimension
import torch


def kl_divergence(mu, log_var):
    mu, log_var = mu[:, 0], log_var[:, 0]
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
