# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-dependent
# why: the noise of a batch is centred
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    if len(eps) > 1:
        eps = eps - eps.mean(dim=0)
    return mu + torch.exp(0.5 * log_var) * eps
