# stub: reconstruction_loss
# why: back to logits, then the stable form
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    logits = torch.logit(recon_x, eps=1e-7)
    return F.binary_cross_entropy_with_logits(logits, x.view(-1, 784), reduction="sum")
