# stub: kl_divergence
# why: a mean over the batch multiplied by its size
import torch


def kl_divergence(mu, log_var):
    per_image = 0.5 * torch.sum(mu * mu + log_var.exp() - log_var - 1, dim=-1)
    return per_image.mean() * mu.shape[0]
