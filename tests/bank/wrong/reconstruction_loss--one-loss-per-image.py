# stub: reconstruction_loss
# part: loss
# misconception: loss-not-scalar
# why: returns a vector of N losses
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="none").sum(dim=1)
