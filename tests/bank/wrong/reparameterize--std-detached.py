# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-detached
# why: the spread gets no gradient from the reconstruction
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var).detach()
    eps = torch.randn_like(std)
    return mu + std * eps
