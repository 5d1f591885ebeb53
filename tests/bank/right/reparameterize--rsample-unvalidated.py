# stub: reparameterize
# why: the same without argument checks
import torch
from torch.distributions import Independent, Normal


def reparameterize(self, mu, log_var):
    q = Independent(Normal(mu, (log_var / 2).exp(), validate_args=False), 1, validate_args=False)
    return q.rsample()
