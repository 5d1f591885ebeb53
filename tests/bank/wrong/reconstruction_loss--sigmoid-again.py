# stub: reconstruction_loss
# part: loss
# misconception: rec-logits
# why: calls sigmoid although the decoder ends with one
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    p = torch.sigmoid(recon_x)
    return F.binary_cross_entropy(p, x.view(-1, 784), reduction="sum")
