# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-uniform
# why: uniform noise rescaled to variance one: mean and variance fit, the shape doesn't
import math

import torch


def reparameterize(self, mu, log_var):
    eps = (torch.rand_like(mu) - 0.5) * math.sqrt(12)
    return mu + torch.exp(0.5 * log_var) * eps
