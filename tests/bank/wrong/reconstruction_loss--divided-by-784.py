# stub: reconstruction_loss
# part: loss
# misconception: rec-mean
# why: divides the sum by the number of pixels
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum") / 784
