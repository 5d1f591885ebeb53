# stub: reconstruction_loss
# why: the mean multiplied by the number of elements
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    target = x.reshape(recon_x.shape)
    return F.binary_cross_entropy(recon_x, target) * recon_x.numel()
