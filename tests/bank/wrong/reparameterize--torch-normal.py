# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-gradient
# why: torch.normal(mu, std) draws the right numbers; its gradient is a tensor of zeros
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return torch.normal(mu, std)
