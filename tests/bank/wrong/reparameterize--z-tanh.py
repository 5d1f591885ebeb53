# stub: reparameterize
# part: reparameterize
# misconception: reparam-z-squashed
# why: tanh on z keeps codes inside (-1, 1)
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return torch.tanh(mu + std * torch.randn_like(std))
