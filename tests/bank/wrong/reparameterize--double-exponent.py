# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: multiplied by two in place of a half
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(2 * log_var)
    return mu + std * torch.randn_like(std)
