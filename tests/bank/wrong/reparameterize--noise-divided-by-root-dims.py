# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-scale
# why: noise divided by the root of the latent dimension, as in attention
import math

import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu) / math.sqrt(mu.size(-1))
    return mu + torch.exp(0.5 * log_var) * eps
