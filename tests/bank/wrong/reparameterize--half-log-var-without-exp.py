# stub: reparameterize
# part: reparameterize
# misconception: reparam-log-var-as-std
# why: halves the logarithm and forgets the exponential
import torch


def reparameterize(self, mu, log_var):
    std = 0.5 * log_var
    return mu + std * torch.randn_like(std)
