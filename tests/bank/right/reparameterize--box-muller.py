# stub: reparameterize
# why: Box-Muller, kept away from log 0
import math

import torch


def reparameterize(self, mu, log_var):
    u1 = torch.rand_like(mu).clamp_min(1e-7)
    u2 = torch.rand_like(mu)
    eps = torch.sqrt(-2 * torch.log(u1)) * torch.cos(2 * math.pi * u2)
    return mu + torch.exp(0.5 * log_var) * eps
