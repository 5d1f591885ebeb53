# stub: reconstruction_loss
# part: loss
# misconception: rec-log-of-zero
# why: turns probabilities back to logits without a guard
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    logits = torch.log(recon_x / (1 - recon_x))
    return F.binary_cross_entropy_with_logits(logits, x.view(-1, 784), reduction="sum")
