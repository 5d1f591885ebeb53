# stub: reconstruction_loss
# part: loss
# misconception: rec-shape-mismatch
# why: no flattening: works for a flat x alone
# expect: error
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x, reduction="sum")
