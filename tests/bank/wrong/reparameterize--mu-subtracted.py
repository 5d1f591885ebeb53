# stub: reparameterize
# part: reparameterize
# misconception: reparam-mu-forgotten
# why: z is centred at -mu
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return std * torch.randn_like(std) - mu
