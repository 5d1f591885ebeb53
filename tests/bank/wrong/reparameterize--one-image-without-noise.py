# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-partial
# why: a single image gets its mean alone
import torch


def reparameterize(self, mu, log_var):
    if len(mu) == 1:
        return mu
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
