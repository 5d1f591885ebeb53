# stub: reconstruction_loss
# why: the formula with 1e-8 inside the logarithms
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    eps = 1e-8
    return -torch.sum(x * torch.log(recon_x + eps) + (1 - x) * torch.log(1 - recon_x + eps))
