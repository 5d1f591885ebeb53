# stub: reparameterize
# why: the normal's inverse distribution function
import torch
from torch.distributions import Normal


def reparameterize(self, mu, log_var):
    u = torch.rand_like(mu, dtype=torch.float64).clamp(1e-12, 1 - 1e-12)
    unit = Normal(torch.zeros((), dtype=torch.float64, device=mu.device), 1.0)
    return mu + unit.icdf(u).to(mu.dtype) * torch.exp(0.5 * log_var)
