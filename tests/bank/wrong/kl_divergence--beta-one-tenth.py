# stub: kl_divergence
# part: loss
# misconception: kl-weighted
# why: a tenth of the KL gives sharper pictures and a worse model
import torch


def kl_divergence(mu, log_var, beta=0.1):
    return -0.5 * beta * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
