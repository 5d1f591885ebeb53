# stub: reconstruction_loss
# why: the formula with clamp 1e-7
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(x.size(0), -1)
    p = torch.clamp(recon_x, 1e-7, 1 - 1e-7)
    return -(x * torch.log(p) + (1 - x) * torch.log(1 - p)).sum()
