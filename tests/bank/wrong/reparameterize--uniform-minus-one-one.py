# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-uniform
# why: uniform between -1 and 1
import torch


def reparameterize(self, mu, log_var):
    eps = 2 * torch.rand_like(mu) - 1
    return mu + torch.exp(0.5 * log_var) * eps
