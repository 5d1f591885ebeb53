# stub: reparameterize
# why: clamp(-30, 20) as a well-known library does
import torch


def reparameterize(self, mu, log_var):
    log_var = log_var.clamp(-30.0, 20.0)
    std = torch.exp(0.5 * log_var)
    sample = torch.randn(mu.shape, device=mu.device, dtype=mu.dtype)
    return mu + std * sample
