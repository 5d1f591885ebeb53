# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-dependent
# why: sorted noise: the first dimension is always pushed down, the last one up
import torch


def reparameterize(self, mu, log_var):
    eps, _ = torch.randn_like(mu).sort(dim=1)
    return mu + torch.exp(0.5 * log_var) * eps
