# stub: reconstruction_loss
# part: loss
# misconception: rec-clamp-too-wide
# why: epsilon of 0.001 inside the logarithms
import torch


def reconstruction_loss(recon_x, x, eps=1e-3):
    x = x.view(-1, 784)
    return -(x * torch.log(recon_x + eps) + (1 - x) * torch.log(1 - recon_x + eps)).sum()
