# stub: reconstruction_loss
# part: loss
# misconception: rec-shape-mismatch
# why: squeeze() and two axes: breaks for one image
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    x = x.squeeze()
    if x.dim() == 3:
        x = x.view(x.size(0), 784)
    return F.binary_cross_entropy(recon_x, x, reduction="sum")
