# stub: reconstruction_loss
# part: loss
# misconception: rec-one-half-only
# why: only (1 - x) log(1 - p) was kept
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    return -torch.sum((1 - x) * torch.log(1 - recon_x + 1e-8))
