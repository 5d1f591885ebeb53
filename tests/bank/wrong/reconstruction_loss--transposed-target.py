# stub: reconstruction_loss
# part: loss
# misconception: rec-shape-mismatch
# why: reads the image by columns
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    target = x.reshape(-1, 28, 28).transpose(1, 2).reshape(-1, 784)
    return F.binary_cross_entropy(recon_x, target, reduction="sum")
