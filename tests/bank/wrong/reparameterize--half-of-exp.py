# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: exp(log_var)/2: the half stands outside the exponential
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(log_var) * 0.5
    return mu + std * torch.randn_like(std)
