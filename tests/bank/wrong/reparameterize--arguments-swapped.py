# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-combination
# why: takes mu for the log-variance and the other way round
import torch


def reparameterize(self, log_var, mu):
    std = torch.exp(0.5 * log_var)
    return mu + std * torch.randn_like(std)
