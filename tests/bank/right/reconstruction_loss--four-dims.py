# stub: reconstruction_loss
# why: brings the prediction to the shape of x
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x.view(x.shape), x, reduction="sum")
