# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-partial
# why: a loop that ends one dimension too early
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.zeros_like(mu)
    for d in range(mu.size(1) - 1):
        eps[:, d] = torch.randn(mu.size(0), device=mu.device)
    return mu + std * eps
