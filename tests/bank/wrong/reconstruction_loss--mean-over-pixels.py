# stub: reconstruction_loss
# part: loss
# misconception: rec-mean
# why: averages over pixels, then sums over images
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    bce = F.binary_cross_entropy(recon_x, x.flatten(1), reduction="none")
    return bce.mean(dim=1).sum()
