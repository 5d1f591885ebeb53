# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-dependent
# why: the second half of the batch gets the first half's noise with the sign turned
import torch


def reparameterize(self, mu, log_var):
    n = mu.size(0)
    half = torch.randn((n + 1) // 2, mu.size(1), device=mu.device, dtype=mu.dtype)
    eps = torch.cat([half, -half])[:n]
    return mu + torch.exp(0.5 * log_var) * eps
