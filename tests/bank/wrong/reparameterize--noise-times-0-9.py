# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-scale
# why: a little less noise for sharper pictures
import torch


def reparameterize(self, mu, log_var):
    temperature = 0.9
    std = torch.exp(0.5 * log_var)
    return mu + temperature * std * torch.randn_like(std)
