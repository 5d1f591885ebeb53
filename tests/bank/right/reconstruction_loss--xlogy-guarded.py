# stub: reconstruction_loss
# why: xlogy on clamped probabilities
import torch


def reconstruction_loss(recon_x, x):
    x = x.flatten(1)
    p = recon_x.clamp(1e-7, 1 - 1e-7)
    return -(torch.xlogy(x, p) + torch.xlogy(1 - x, 1 - p)).sum()
