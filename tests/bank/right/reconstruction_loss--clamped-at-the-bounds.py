# stub: reconstruction_loss
# why: probabilities are clamped exactly where what is promised ends
import torch


def reconstruction_loss(recon_x, x):
    p = torch.clamp(recon_x, min=1e-4, max=0.9999)
    t = x.flatten(start_dim=1)
    return -torch.sum(t * p.log() + (1 - t) * (1 - p).log())
