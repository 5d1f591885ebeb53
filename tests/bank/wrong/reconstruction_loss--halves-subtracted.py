# stub: reconstruction_loss
# part: loss
# misconception: rec-one-half-only
# why: a minus between the two halves
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    p = recon_x.clamp(1e-7, 1 - 1e-7)
    return -torch.sum(x * torch.log(p) - (1 - x) * torch.log(1 - p))
