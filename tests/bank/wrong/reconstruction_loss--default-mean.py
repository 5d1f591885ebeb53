# stub: reconstruction_loss
# part: loss
# misconception: rec-mean
# why: the default reduction averages over all pixels of all images
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(recon_x.shape))
