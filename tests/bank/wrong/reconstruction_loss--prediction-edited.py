# stub: reconstruction_loss
# part: loss
# misconception: input-edited
# why: clamp_() rewrites the caller's prediction, and loses its most confident pixels
import torch


def reconstruction_loss(recon_x, x):
    x = x.view(-1, 784)
    recon_x.clamp_(0.001, 0.999)
    return -(x * torch.log(recon_x) + (1 - x) * torch.log(1 - recon_x)).sum()
