# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: adds a squared error on top
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    return bce + F.mse_loss(recon_x, x, reduction="sum")
