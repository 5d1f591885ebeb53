# stub: reconstruction_loss
# part: loss
# misconception: rec-squared-error
# why: mean squared error
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.mse_loss(recon_x, x.view(-1, 784))
