# stub: reconstruction_loss
# part: loss
# misconception: rec-log-of-zero
# why: xlogy mends 0 log 0 alone; grey targets still meet log 0
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    return -(torch.xlogy(x, recon_x) + torch.xlogy(1 - x, 1 - recon_x)).sum()
