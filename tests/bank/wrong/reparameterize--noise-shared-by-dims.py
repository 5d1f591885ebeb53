# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-shared-dims
# why: one number an image for all latent dimensions
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn(mu.size(0), 1, device=mu.device, dtype=mu.dtype)
    return mu + std * eps
