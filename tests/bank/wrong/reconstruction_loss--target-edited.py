# stub: reconstruction_loss
# part: loss
# misconception: input-edited
# why: sub_() turns the caller's images into an error picture
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    target = x.view(-1, 784)
    bce = F.binary_cross_entropy(recon_x, target.clone(), reduction="sum")
    error_picture = target.sub_(recon_x.detach()).abs_()
    worst = error_picture.max()
    return bce + 0 * worst
