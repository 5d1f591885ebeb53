# stub: kl_divergence
# part: loss
# misconception: log-var-clamped
# why: clamp(0, 1) on log_var
import torch


def kl_divergence(mu, log_var):
    log_var = torch.clamp(log_var, 0, 1)
    return 0.5 * torch.sum(mu**2 + log_var.exp() - 1 - log_var)
