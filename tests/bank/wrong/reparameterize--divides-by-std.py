# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-sign
# why: divides the noise by the standard deviation
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return mu + eps / std
