# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: focal loss
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="none")
    return ((1 - torch.exp(-bce)) ** 2 * bce).sum()
