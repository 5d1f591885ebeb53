# stub: reparameterize
# why: one fused operation
import torch


def reparameterize(self, mu, log_var):
    return torch.addcmul(mu, torch.exp(0.5 * log_var), torch.randn_like(mu))
