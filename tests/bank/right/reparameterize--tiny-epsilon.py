# stub: reparameterize
# why: 1e-8 added to the deviation
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var) + 1e-8
    return mu + std * torch.randn_like(std)
