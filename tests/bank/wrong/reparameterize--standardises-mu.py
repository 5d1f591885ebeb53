# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-combination
# why: turns the formula for the noise round: (mu - eps) / std
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return (mu - eps) / std
