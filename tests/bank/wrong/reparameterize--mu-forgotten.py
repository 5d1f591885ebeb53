# stub: reparameterize
# part: reparameterize
# misconception: reparam-mu-forgotten
# why: scales the noise and never shifts it
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return std * eps
