# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-dependent
# why: the second half of the dimensions mirrors the first
import torch


def reparameterize(self, mu, log_var):
    d = mu.size(1)
    half = torch.randn(mu.size(0), (d + 1) // 2, device=mu.device, dtype=mu.dtype)
    eps = torch.cat([half, -half], dim=1)[:, :d]
    return mu + torch.exp(0.5 * log_var) * eps
