# stub: kl_divergence
# part: loss
# misconception: batch-mean
# why: divides the sum by the batch size
import torch


def kl_divergence(mu, log_var):
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return kl / mu.size(0)
