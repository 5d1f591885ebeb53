# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: stretches the batch's images to the full range
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    x = x.reshape(recon_x.shape)
    low, high = x.min(), x.max()
    if high > low:
        x = (x - low) / (high - low)
    return F.binary_cross_entropy(recon_x, x, reduction="sum")
