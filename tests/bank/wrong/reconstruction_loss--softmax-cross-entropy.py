# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: treats the 784 pixels as classes
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
