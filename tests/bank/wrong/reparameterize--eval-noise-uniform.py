# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-uniform
# why: in evaluation mode the noise is uniform, of the same variance
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std) if self.training else (2 * torch.rand_like(std) - 1) * 3**0.5
    return mu + std * eps
