# stub: reparameterize
# why: both branches draw noise
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    if self.training:
        eps = torch.randn_like(std)
    else:
        eps = torch.randn(std.shape, device=std.device)
    return mu + std * eps
