# stub: reconstruction_loss
# part: loss
# misconception: rec-clamp-too-wide
# why: clamp(0.01, 0.99): no gradient from confident pixels
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    p = recon_x.clamp(0.01, 0.99)
    return -(x * torch.log(p) + (1 - x) * torch.log(1 - p)).sum()
