# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-not-gaussian
# why: noise is cut off at three standard deviations
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu).clamp(-3, 3)
    return mu + torch.exp(0.5 * log_var) * eps
