# stub: reconstruction_loss
# why: size_average=False, as old code has it; prints a warning
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), size_average=False)
