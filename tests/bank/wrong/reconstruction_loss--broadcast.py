# stub: reconstruction_loss
# part: loss
# misconception: rec-shape-mismatch
# why: (N,784) against (N,784,1) broadcasts to N x 784 x 784
import torch


def reconstruction_loss(recon_x, x):
    x = x.reshape(x.size(0), 784, 1)
    p = recon_x.clamp(1e-7, 1 - 1e-7).unsqueeze(1)
    return -(x * torch.log(p) + (1 - x) * torch.log(1 - p)).sum()
