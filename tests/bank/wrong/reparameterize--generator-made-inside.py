# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-reused
# why: a new generator with the same seed at every call
import torch


def reparameterize(self, mu, log_var):
    gen = torch.Generator().manual_seed(0)
    eps = torch.randn(mu.shape, generator=gen).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
