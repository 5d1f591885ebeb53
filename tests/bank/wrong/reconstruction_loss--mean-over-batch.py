# stub: reconstruction_loss
# part: loss
# misconception: batch-mean
# why: divides by the number of images; this course sums over the batch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
    return bce / x.size(0)
