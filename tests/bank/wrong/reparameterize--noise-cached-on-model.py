# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-reused
# why: draws once for each shape and keeps it
import torch


def reparameterize(self, mu, log_var):
    if getattr(self, "_eps", None) is None or self._eps.shape != mu.shape:
        self._eps = torch.randn_like(mu)
    return mu + torch.exp(0.5 * log_var) * self._eps
