# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-partial
# why: Box-Muller gives pairs, and the last of an odd number of dimensions gets none
import math
import torch
import torch.nn.functional as F


def reparameterize(self, mu, log_var):
    n, d = mu.shape
    half = d // 2
    u1 = 1.0 - torch.rand(n, half, device=mu.device, dtype=mu.dtype)
    u2 = torch.rand(n, half, device=mu.device, dtype=mu.dtype)
    r = torch.sqrt(-2.0 * torch.log(u1))
    eps = torch.cat([r * torch.cos(2 * math.pi * u2), r * torch.sin(2 * math.pi * u2)], dim=1)
    if d % 2:
        eps = F.pad(eps, (0, 1))
    return mu + torch.exp(0.5 * log_var) * eps
