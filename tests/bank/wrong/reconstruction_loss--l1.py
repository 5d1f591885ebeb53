# stub: reconstruction_loss
# part: loss
# misconception: rec-squared-error
# why: absolute differences
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.l1_loss(recon_x, x.view(-1, 784), reduction="sum")
