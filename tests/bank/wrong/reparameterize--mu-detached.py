# stub: reparameterize
# part: reparameterize
# misconception: reparam-mu-detached
# why: mu is cut out of the graph
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return mu.detach() + std * eps
