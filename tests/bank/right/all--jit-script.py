# stub: kl_divergence, reconstruction_loss
# why: both terms compiled by torch.jit.script
import torch
import torch.nn.functional as F


@torch.jit.script
def _kl(mu, log_var):
    return -0.5 * (1 + log_var - mu * mu - log_var.exp()).sum()
def kl_divergence(mu, log_var):
    return _kl(mu, log_var)
@torch.jit.script
def _r(a, b):
    return F.binary_cross_entropy(a, b, reduction="sum")
def reconstruction_loss(recon_x, x):
    return _r(recon_x, x.view(-1, 784))
