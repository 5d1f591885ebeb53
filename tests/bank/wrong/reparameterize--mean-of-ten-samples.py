# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-scale
# why: averages ten samples: the noise shrinks by the root of ten
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    samples = [mu + std * torch.randn_like(std) for _ in range(10)]
    return torch.stack(samples).mean(dim=0)
