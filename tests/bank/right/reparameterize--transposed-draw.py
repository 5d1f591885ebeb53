# stub: reparameterize
# why: draws (D, N) and transposes
import torch


def reparameterize(self, mu, log_var):
    n, d = mu.shape
    eps = torch.randn(d, n, device=mu.device, dtype=mu.dtype).t()
    return mu + torch.exp(0.5 * log_var) * eps
