# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-combination
# why: (mu + std) * eps: the mean is multiplied by noise
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return (mu + std) * eps
