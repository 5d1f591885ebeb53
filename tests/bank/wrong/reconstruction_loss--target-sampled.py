# stub: reconstruction_loss
# part: loss
# misconception: rec-binarised
# why: targets are drawn at random from the grey values
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    target = torch.bernoulli(x.view(-1, 784))
    return F.binary_cross_entropy(recon_x, target, reduction="sum")
