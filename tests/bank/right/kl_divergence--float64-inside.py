# stub: kl_divergence
# why: computes in float64
import torch


def kl_divergence(mu, log_var):
    m, lv = mu.double(), log_var.double()
    return (0.5 * (m**2 + torch.exp(lv) - 1 - lv)).sum().to(mu.dtype)
