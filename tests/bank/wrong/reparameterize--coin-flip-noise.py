# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-not-gaussian
# why: plus or minus one, nothing between
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu).sign()
    return mu + torch.exp(0.5 * log_var) * eps
