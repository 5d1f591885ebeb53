# stub: reparameterize
# part: reparameterize
# misconception: reparam-z-squashed
# why: dropout on z
import torch
import torch.nn.functional as F


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    z = mu + std * torch.randn_like(std)
    return F.dropout(z, p=0.1, training=True)
