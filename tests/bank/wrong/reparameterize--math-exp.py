# stub: reparameterize
# part: reparameterize
# misconception: crashes-when-called
# why: math.exp takes a number, not a tensor
# short-run: loses
# expect: error
import math

import torch


def reparameterize(self, mu, log_var):
    std = math.exp(0.5 * log_var)
    return mu + std * torch.randn_like(mu)
