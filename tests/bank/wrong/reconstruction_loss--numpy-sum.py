# stub: reconstruction_loss
# part: loss
# misconception: loss-not-tensor
# why: computed in numpy
import numpy as np


def reconstruction_loss(recon_x, x):
    p = np.clip(recon_x.detach().cpu().numpy(), 1e-7, 1 - 1e-7)
    t = x.detach().cpu().numpy().reshape(p.shape)
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p))
