# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-dependent
# why: noise is standardised over the batch: not a number at N = 1, tied together else
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    eps = (eps - eps.mean(dim=0)) / eps.std(dim=0)
    return mu + torch.exp(0.5 * log_var) * eps
