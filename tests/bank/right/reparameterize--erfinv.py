# stub: reparameterize
# why: inverse error function of uniform numbers, kept away from the ends
import math

import torch


def reparameterize(self, mu, log_var):
    u = torch.rand(mu.shape, dtype=torch.float64, device=mu.device).clamp(1e-12, 1 - 1e-12)
    eps = (math.sqrt(2) * torch.erfinv(2 * u - 1)).to(mu.dtype)
    return mu + torch.exp(0.5 * log_var) * eps
