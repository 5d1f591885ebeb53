# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-reused
# why: one table of noise drawn at import, cut to size
import torch

NOISE = torch.randn(1_000_000)


def reparameterize(self, mu, log_var):
    eps = NOISE[: mu.numel()].view(mu.shape).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
