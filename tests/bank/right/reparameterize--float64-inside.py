# stub: reparameterize
# why: computes in float64 and returns mu's dtype
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var.double())
    z = mu.double() + std * torch.randn_like(std)
    return z.to(mu.dtype)
