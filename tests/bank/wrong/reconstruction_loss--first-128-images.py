# stub: reconstruction_loss
# part: loss
# misconception: hard-coded-size
# why: sums over the first 128 images
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    x = x.reshape(recon_x.shape)
    return F.binary_cross_entropy(recon_x[:128], x[:128], reduction="sum")
