# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: abs() makes every negative log-variance positive
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var.abs())
    return mu + std * torch.randn_like(std)
