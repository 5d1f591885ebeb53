# stub: reparameterize
# why: torch.distributions, with the gradient kept
import torch
from torch.distributions import Normal


def reparameterize(self, mu, log_var):
    return Normal(mu, torch.exp(0.5 * log_var)).rsample()
