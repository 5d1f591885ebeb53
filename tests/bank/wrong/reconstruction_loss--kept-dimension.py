# stub: reconstruction_loss
# part: loss
# misconception: loss-not-scalar
# why: a tensor of shape (1,), not a 0-dim one
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="none")
    return bce.flatten().sum(dim=0, keepdim=True)
