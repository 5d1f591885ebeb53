# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-shared-dims
# why: a single number scales all the spreads
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn(1, device=mu.device, dtype=mu.dtype)
    return mu + std * eps
