# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-shape
# why: returns (D, N)
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return (mu + std * torch.randn_like(std)).T
