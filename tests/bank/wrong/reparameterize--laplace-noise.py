# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-not-gaussian
# why: Laplace noise of variance one
import math

import torch
from torch.distributions import Laplace


def reparameterize(self, mu, log_var):
    eps = Laplace(torch.zeros_like(mu), torch.ones_like(mu) / math.sqrt(2)).sample()
    return mu + torch.exp(0.5 * log_var) * eps
