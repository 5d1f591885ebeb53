# stub: reparameterize
# why: exp2 with the base changed
import math

import torch


def reparameterize(self, mu, log_var):
    std = torch.exp2(log_var * (0.5 * math.log2(math.e)))
    return mu + std * torch.randn_like(std)
