# stub: reconstruction_loss
# part: loss
# misconception: nothing-returned
# why: computes the loss and never returns it
# short-run: loses
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
