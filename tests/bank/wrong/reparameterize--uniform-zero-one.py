# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-uniform
# why: rand is uniform between 0 and 1, randn is the normal one
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.rand_like(std)
    return mu + std * eps
