# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-scale
# why: a little more noise against overfitting
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return mu + 1.1 * std * torch.randn_like(std)
