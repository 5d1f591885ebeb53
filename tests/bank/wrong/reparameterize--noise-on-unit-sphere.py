# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-dependent
# why: the noise vector is scaled to length one
import torch
import torch.nn.functional as F


def reparameterize(self, mu, log_var):
    eps = F.normalize(torch.randn_like(mu), dim=1)
    return mu + torch.exp(0.5 * log_var) * eps
