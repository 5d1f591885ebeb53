# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-not-gaussian
# why: heavy-tailed noise
import torch
from torch.distributions import StudentT


def reparameterize(self, mu, log_var):
    eps = StudentT(3.0).sample(mu.shape).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
