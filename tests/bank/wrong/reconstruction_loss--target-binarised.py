# stub: reconstruction_loss
# part: loss
# misconception: rec-binarised
# why: grey targets are rounded to black and white
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    target = (x.view(-1, 784) > 0.5).float()
    return F.binary_cross_entropy(recon_x, target, reduction="sum")
