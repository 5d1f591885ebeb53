# stub: reconstruction_loss
# part: loss
# misconception: rec-one-half-only
# why: only x log p was kept: black pixels cost nothing
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    return -torch.sum(x * torch.log(recon_x + 1e-8))
