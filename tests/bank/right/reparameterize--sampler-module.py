# stub: reparameterize
# why: a sampler of its own, and Independent(Normal)
import torch
from torch import nn


class Sampler(nn.Module):
    def forward(self, mu, log_var):
        return torch.distributions.Independent(torch.distributions.Normal(mu, log_var.mul(0.5).exp()), 1).rsample()
def reparameterize(self, mu, log_var):
    return Sampler()(mu, log_var)
