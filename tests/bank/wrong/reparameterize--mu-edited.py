# stub: reparameterize
# part: reparameterize
# misconception: input-edited
# why: += writes z into mu
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    mu += std * torch.randn_like(std)
    return mu
