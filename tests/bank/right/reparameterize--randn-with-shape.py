# stub: reparameterize
# why: randn with shape, device and dtype
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn(mu.shape, device=mu.device, dtype=mu.dtype)
    return mu + torch.sqrt(torch.exp(log_var)) * eps
