# stub: reconstruction_loss
# why: one image after the other
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    total = torch.zeros((), device=recon_x.device)
    for prediction, target in zip(recon_x, x):
        total = total + F.binary_cross_entropy(prediction, target.flatten(), reduction="sum")
    return total
