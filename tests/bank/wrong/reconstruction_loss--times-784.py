# stub: reconstruction_loss
# part: loss
# misconception: rec-wrong-scale
# why: the sum multiplied by 784 once more
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return 784 * F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
