# stub: kl_divergence
# part: loss
# misconception: log-var-clamped
# why: a clamp just inside the promised range
import torch


def kl_divergence(mu, log_var):
    log_var = log_var.clamp(-9, 9)
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
