# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: the half was taken twice: exp(log_var/2) and then a square root
import torch


def reparameterize(self, mu, log_var):
    var = torch.exp(0.5 * log_var)
    std = torch.sqrt(var)
    return mu + std * torch.randn_like(std)
