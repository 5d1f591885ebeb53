# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-scale
# why: noise of standard deviation 0.01, as an old library example had it
import torch


def reparameterize(self, mu, log_var):
    eps = 0.01 * torch.randn_like(mu)
    return mu + torch.exp(0.5 * log_var) * eps
