# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: smooths the targets by five per cent
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    target = 0.9 * x.view(-1, 784) + 0.05
    return F.binary_cross_entropy(recon_x, target, reduction="sum")
