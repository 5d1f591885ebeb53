# stub: reconstruction_loss
# part: loss
# misconception: rec-log-of-zero
# why: a pixel of exactly 0 or 1 gives infinity or NaN
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    return -torch.sum(x * torch.log(recon_x) + (1 - x) * torch.log(1 - recon_x))
