# stub: reconstruction_loss
# part: loss
# misconception: batch-mean
# why: sums over pixels and averages over images
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    bce = F.binary_cross_entropy(recon_x, x.flatten(start_dim=1), reduction="none")
    return bce.sum(dim=1).mean()
