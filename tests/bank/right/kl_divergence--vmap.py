# stub: kl_divergence
# why: one image at a time through torch.func.vmap
import torch


def kl_divergence(mu, log_var):
    one = lambda m, l: -0.5 * torch.sum(1 + l - m**2 - l.exp())
    return torch.func.vmap(one)(mu, log_var).sum()
