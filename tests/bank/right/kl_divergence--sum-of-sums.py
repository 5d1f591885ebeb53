# stub: kl_divergence
# why: first dimensions, then images
import torch


def kl_divergence(mu, log_var):
    per_image = -0.5 * torch.sum(1 + log_var - mu.square() - torch.exp(log_var), dim=1)
    return per_image.sum(dim=0)
