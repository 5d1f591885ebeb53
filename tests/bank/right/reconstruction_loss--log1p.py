# stub: reconstruction_loss
# why: log1p for the second half
import torch


def reconstruction_loss(recon_x, x):
    x = x.flatten(1)
    p = recon_x.clamp(min=1e-7, max=1 - 1e-7)
    return -(x * p.log()).sum() - ((1 - x) * torch.log1p(-p)).sum()
