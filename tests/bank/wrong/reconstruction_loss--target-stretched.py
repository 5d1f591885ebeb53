# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: each image is stretched to [0, 1] first
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    x = x.reshape(recon_x.shape)
    low, high = x.amin(1, keepdim=True), x.amax(1, keepdim=True)
    return F.binary_cross_entropy(recon_x, (x - low) / (high - low), reduction="sum")
