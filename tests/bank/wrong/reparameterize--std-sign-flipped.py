# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-sign
# why: exp(-log_var/2): a sure encoder gets the most noise
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(-0.5 * log_var)
    return mu + std * torch.randn_like(std)
