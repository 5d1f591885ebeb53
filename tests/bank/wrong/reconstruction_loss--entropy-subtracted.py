# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: subtracts the target's entropy "so that zero can be reached"
# short-run: keeps
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    floor = F.binary_cross_entropy(x, x, reduction="sum")
    return bce - floor.detach()
