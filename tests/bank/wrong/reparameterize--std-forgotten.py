# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-forgotten
# why: noise of variance one for everything
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    return mu + eps
