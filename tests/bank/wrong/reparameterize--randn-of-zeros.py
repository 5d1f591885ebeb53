# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-noise
# why: zeros_like where the random draw belongs
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.zeros_like(std)
    return mu + eps * std
