# stub: reconstruction_loss
# part: loss
# misconception: rec-detached
# why: the second half has its value and no gradient
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    p = recon_x.clamp(1e-7, 1 - 1e-7)
    on = x * torch.log(p)
    off = (1 - x) * torch.log(1 - p.data)
    return -(on + off).sum()
