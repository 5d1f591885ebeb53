# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: the target is standardised with MNIST's mean and deviation first
import torch


def reconstruction_loss(recon_x, x):
    x = (x.flatten(1) - 0.1307) / 0.3081
    return -(x * torch.log(recon_x + 1e-8) + (1 - x) * torch.log(1 - recon_x + 1e-8)).sum()
