# stub: kl_divergence
# why: expm1 keeps small values exact
import torch


def kl_divergence(mu, log_var):
    return 0.5 * (torch.expm1(log_var) - log_var + mu * mu).sum()
