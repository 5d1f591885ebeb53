# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-shared-batch
# why: expand_as copies the first row's noise
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(mu[0:1]).expand_as(mu)
    return mu + std * eps
