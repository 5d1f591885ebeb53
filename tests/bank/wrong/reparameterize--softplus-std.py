# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: softplus is a fine way to a positive number, but the loss reads exp(log_var)
import torch
import torch.nn.functional as F


def reparameterize(self, mu, log_var):
    std = F.softplus(log_var)
    return mu + std * torch.randn_like(std)
