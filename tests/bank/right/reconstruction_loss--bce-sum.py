# stub: reconstruction_loss
# why: the library function with reduction="sum"
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
