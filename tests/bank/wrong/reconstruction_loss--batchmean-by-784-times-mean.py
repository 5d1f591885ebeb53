# stub: reconstruction_loss
# part: loss
# misconception: batch-mean
# why: 784 times the mean is the sum of one image, not of the batch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return 784 * F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="mean")
