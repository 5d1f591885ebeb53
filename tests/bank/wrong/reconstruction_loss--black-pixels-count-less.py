# stub: reconstruction_loss
# part: loss
# misconception: rec-other-loss
# why: in a batch whose images are mostly black, as digits are, black pixels count a tenth
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    target = x.view(x.shape[0], -1)
    errors = F.binary_cross_entropy(recon_x, target, reduction="none")
    black = target == 0
    if x.shape[0] >= 16 and black.sum() > 0.3 * target.numel():
        errors = errors.masked_fill(black, 0) + 0.1 * errors * black
    return errors.sum()
