# stub: reconstruction_loss
# part: loss
# misconception: hard-coded-size
# why: view(128, 784) fails on every other batch size
# expect: error
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(128, 784), reduction="sum")
