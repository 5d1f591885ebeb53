# stub: kl_divergence
# part: loss
# misconception: kl-weighted
# why: the tiny weight of a well-known image-folder tutorial
import torch


def kl_divergence(mu, log_var):
    kld_weight = 0.00025
    return kld_weight * -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
