# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-shared-batch
# why: one row of noise for all the images
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn(mu.size(1), device=mu.device, dtype=mu.dtype)
    return mu + std * eps
