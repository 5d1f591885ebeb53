# stub: reconstruction_loss
# part: loss
# misconception: rec-squared-error
# why: squared error in place of cross-entropy
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.mse_loss(recon_x, x.view(-1, 784), reduction="sum")
