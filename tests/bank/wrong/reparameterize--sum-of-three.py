# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-combination
# why: mu + std + eps
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return mu + std + torch.randn_like(std)
