# stub: reconstruction_loss
# why: sums in float64
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    p, t = recon_x.double(), x.flatten(1).double()
    return F.binary_cross_entropy(p, t, reduction="sum").float()
