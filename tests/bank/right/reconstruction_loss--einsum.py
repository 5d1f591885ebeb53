# stub: reconstruction_loss
# why: both sums by einsum
import torch


def reconstruction_loss(recon_x, x):
    x = x.flatten(1)
    p = recon_x.clamp(1e-7, 1 - 1e-7)
    on = torch.einsum("np,np->", x, p.log())
    off = torch.einsum("np,np->", 1 - x, (1 - p).log())
    return -(on + off)
