# stub: reconstruction_loss
# part: loss
# misconception: rec-logits
# why: applies a second sigmoid to probabilities
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy_with_logits(recon_x, x.view(-1, 784), reduction="sum")
