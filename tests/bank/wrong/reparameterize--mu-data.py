# stub: reparameterize
# part: reparameterize
# misconception: reparam-mu-detached
# why: .data cuts mu out of the graph as detach() does
import torch


def reparameterize(self, mu, log_var):
    std = (0.5 * log_var).exp()
    return torch.randn_like(std).mul(std).add(mu.data)
