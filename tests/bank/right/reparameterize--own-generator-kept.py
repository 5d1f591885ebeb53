# stub: reparameterize
# why: a seeded generator made once and kept across calls
import torch

GENERATOR = torch.Generator().manual_seed(20240301)


def reparameterize(self, mu, log_var):
    eps = torch.randn(mu.shape, generator=GENERATOR).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
