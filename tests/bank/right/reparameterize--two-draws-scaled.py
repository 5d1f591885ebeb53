# stub: reparameterize
# why: sum of two draws divided by the root of two is one draw
import math

import torch


def reparameterize(self, mu, log_var):
    eps = (torch.randn_like(mu) + torch.randn_like(mu)) / math.sqrt(2)
    return mu + torch.exp(0.5 * log_var) * eps
