# stub: reparameterize
# why: a full distribution with a diagonal scale matrix
import torch
from torch.distributions import MultivariateNormal


def reparameterize(self, mu, log_var):
    scale = torch.diag_embed(torch.exp(0.5 * log_var))
    return MultivariateNormal(mu, scale_tril=scale, validate_args=False).rsample()
