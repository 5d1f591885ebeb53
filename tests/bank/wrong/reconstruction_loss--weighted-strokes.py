# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: bright pixels weigh five times
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    weight = 1 + 4 * x
    return F.binary_cross_entropy(recon_x, x, weight=weight, reduction="sum")
