# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: first averages mu and log_var over the batch
import torch


def kl_divergence(mu, log_var):
    n = mu.size(0)
    mu, log_var = mu.mean(dim=0), log_var.mean(dim=0)
    return n * -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
