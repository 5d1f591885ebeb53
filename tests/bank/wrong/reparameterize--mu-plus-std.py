# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-noise
# why: adds the standard deviation itself
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return mu + std
