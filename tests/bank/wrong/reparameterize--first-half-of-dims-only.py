# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-partial
# why: only the first half of the dimensions gets noise
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    eps[:, mu.size(1) // 2 :] = 0
    return mu + torch.exp(0.5 * log_var) * eps
