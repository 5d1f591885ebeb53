# stub: kl_divergence
# part: loss
# misconception: log-var-clamped
# why: the total is capped at 100 so that it cannot explode
import torch


def kl_divergence(mu, log_var):
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return torch.clamp(kl, max=100.0)
