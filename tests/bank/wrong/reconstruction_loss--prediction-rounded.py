# stub: reconstruction_loss
# part: loss
# misconception: rec-binarised
# why: compares rounded predictions
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    hard = recon_x.round()
    return F.binary_cross_entropy(hard, x.view(-1, 784), reduction="sum")
