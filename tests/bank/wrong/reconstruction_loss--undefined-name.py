# stub: reconstruction_loss
# part: loss
# misconception: crashes-when-called
# why: uses F without importing it under that name
# short-run: loses
# expect: error
import torch.nn.functional as functional


def reconstruction_loss(recon_x, x):
    return nn_functional.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
