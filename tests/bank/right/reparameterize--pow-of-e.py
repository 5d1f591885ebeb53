# stub: reparameterize
# why: math.e to the power of log_var / 2
import math

import torch


def reparameterize(self, mu, log_var):
    std = torch.pow(math.e, log_var / 2)
    return mu + std * torch.randn_like(std)
