# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-partial
# why: a random half of the noise is set to zero
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    keep = torch.rand_like(mu) > 0.5
    return mu + torch.exp(0.5 * log_var) * eps * keep
