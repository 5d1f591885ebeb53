# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-not-gaussian
# why: noise clipped at one standard deviation "for stability"
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu).clamp(-1, 1)
    return mu + torch.exp(0.5 * log_var) * eps
