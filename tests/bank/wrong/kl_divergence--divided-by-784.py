# stub: kl_divergence
# part: loss
# misconception: kl-latent-mean
# why: divided by the number of pixels "to balance" it
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp()) / 784
