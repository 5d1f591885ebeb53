# stub: reconstruction_loss
# part: loss
# misconception: rec-mean
# why: nn.BCELoss() averages unless told otherwise
import torch.nn as nn

criterion = nn.BCELoss()


def reconstruction_loss(recon_x, x):
    return criterion(recon_x, x.reshape(x.size(0), -1))
