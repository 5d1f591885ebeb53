# stub: kl_divergence
# part: loss
# misconception: kl-log-var-misread
# why: exp(-log_var) is the precision
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - torch.exp(-log_var))
