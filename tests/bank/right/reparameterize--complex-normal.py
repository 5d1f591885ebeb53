# stub: reparameterize
# why: the real part of complex noise, times the root of two
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn(mu.shape, dtype=torch.complex64, device=mu.device).real * 2**0.5
    return mu + torch.exp(0.5 * log_var) * eps
