# stub: reconstruction_loss
# part: loss
# misconception: rec-wrong-scale
# why: logarithm to base two
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    p = recon_x.clamp(1e-7, 1 - 1e-7)
    return -(x * torch.log2(p) + (1 - x) * torch.log2(1 - p)).sum()
