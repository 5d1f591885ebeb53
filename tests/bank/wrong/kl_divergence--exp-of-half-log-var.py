# stub: kl_divergence
# part: loss
# misconception: kl-log-var-misread
# why: the standard deviation where the variance belongs
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - torch.exp(0.5 * log_var))
