# stub: reparameterize
# part: reparameterize
# misconception: reparam-var-as-std
# why: exp(log_var) is the variance; it was used as the standard deviation
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(log_var)
    eps = torch.randn_like(std)
    return mu + std * eps
