# stub: reconstruction_loss
# part: loss
# misconception: rec-detached
# why: torch.tensor(loss.item()) looks like a loss and has no graph
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
    return torch.tensor(bce.item(), requires_grad=True)
