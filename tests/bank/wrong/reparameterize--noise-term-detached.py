# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-detached
# why: the product of spread and noise is detached as "only noise"
import torch


def reparameterize(self, mu, log_var):
    noise = torch.randn_like(mu) * torch.exp(0.5 * log_var)
    return mu + noise.detach()
