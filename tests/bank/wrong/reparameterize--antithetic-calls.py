# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-dependent
# why: every second call turns the sign of the last call's noise
import torch


def reparameterize(self, mu, log_var):
    last = getattr(self, "_last_eps", None)
    if last is not None and last.shape == mu.shape:
        eps, self._last_eps = -last, None
    else:
        eps = torch.randn_like(mu)
        self._last_eps = eps
    return mu + torch.exp(0.5 * log_var) * eps
