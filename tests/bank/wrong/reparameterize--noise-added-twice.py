# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-scale
# why: two draws are added, so the variance doubles
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    z = mu + std * torch.randn_like(std)
    return z + std * torch.randn_like(std)
