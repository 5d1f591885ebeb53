# stub: reconstruction_loss
# part: loss
# misconception: input-edited
# why: clamps the caller's probabilities behind autograd's back
import torch


def reconstruction_loss(recon_x, x):
    recon_x.data.clamp_(1e-6, 1 - 1e-6)  # no log(0)
    x = x.reshape(recon_x.shape)
    return -(x * recon_x.log() + (1 - x) * (1 - recon_x).log()).sum()
