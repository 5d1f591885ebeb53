# stub: kl_divergence
# part: loss
# misconception: kl-latent-mean
# why: averages over the latent dimensions
import torch


def kl_divergence(mu, log_var):
    kl = -0.5 * torch.mean(1 + log_var - mu.pow(2) - log_var.exp(), dim=1)
    return kl.sum()
