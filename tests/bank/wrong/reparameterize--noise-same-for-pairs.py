# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-shared-batch
# why: every two neighbours in the batch share their noise
import torch


def reparameterize(self, mu, log_var):
    n, d = mu.shape
    eps = torch.randn((n + 1) // 2, d, device=mu.device, dtype=mu.dtype)
    eps = eps.repeat_interleave(2, dim=0)[:n]
    return mu + torch.exp(0.5 * log_var) * eps
