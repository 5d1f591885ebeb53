# stub: reconstruction_loss
# part: loss
# misconception: rec-wrong-scale
# why: one half in front, as with a squared error
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return 0.5 * F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
