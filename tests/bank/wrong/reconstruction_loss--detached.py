# stub: reconstruction_loss
# part: loss
# misconception: rec-detached
# why: the right value without a gradient to the decoder
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x.detach(), x.view(-1, 784), reduction="sum")
