# stub: reconstruction_loss
# part: loss
# misconception: rec-arguments-swapped
# why: the logarithm is taken of the target
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784).clamp(1e-6, 1 - 1e-6)
    return -(recon_x * torch.log(x) + (1 - recon_x) * torch.log(1 - x)).sum()
