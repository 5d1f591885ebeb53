# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-not-gaussian
# why: absolute value of the noise: z never lies below mu
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu).abs()
    return mu + torch.exp(0.5 * log_var) * eps
