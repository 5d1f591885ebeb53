# stub: reconstruction_loss
# why: nn.BCELoss made once
from torch import nn

bce_sum = nn.BCELoss(reduction="sum")


def reconstruction_loss(recon_x, x):
    return bce_sum(recon_x, x.reshape(recon_x.size(0), -1))
