# stub: reparameterize
# why: random.gauss for each element
import random

import torch


def reparameterize(self, mu, log_var):
    eps = torch.tensor([random.gauss(0.0, 1.0) for _ in range(mu.numel())])
    eps = eps.view(mu.shape).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
