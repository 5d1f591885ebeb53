# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: squared Wasserstein distance of the two Gaussians
import torch


def kl_divergence(mu, log_var):
    std = torch.exp(0.5 * log_var)
    return (mu**2 + (std - 1) ** 2).sum()
