# stub: kl_divergence
# part: loss
# misconception: log-var-clamped
# why: clamp(-4, 4) inside the working range
import torch


def kl_divergence(mu, log_var):
    log_var = log_var.clamp(-4, 4)
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
