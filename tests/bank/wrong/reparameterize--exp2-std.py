# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: base two in place of base e
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp2(0.5 * log_var)
    return mu + std * torch.randn_like(std)
