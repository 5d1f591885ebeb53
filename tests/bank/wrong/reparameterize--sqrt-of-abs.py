# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: square root of the absolute log-variance
import torch


def reparameterize(self, mu, log_var):
    std = torch.sqrt(torch.abs(log_var) + 1e-6)
    return mu + std * torch.randn_like(std)
