# stub: reparameterize
# why: mu - std * eps: the normal is symmetric
import torch


def reparameterize(self, mu, log_var):
    return mu - torch.exp(0.5 * log_var) * torch.randn_like(mu)
