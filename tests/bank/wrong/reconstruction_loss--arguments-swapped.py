# stub: reconstruction_loss
# part: loss
# misconception: rec-arguments-swapped
# why: prediction and target changed places
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(x.view(-1, 784), recon_x, reduction="sum")
