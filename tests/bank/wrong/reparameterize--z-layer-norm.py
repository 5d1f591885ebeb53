# stub: reparameterize
# part: reparameterize
# misconception: reparam-z-squashed
# why: z normalised over its dimensions
import torch
import torch.nn.functional as F


def reparameterize(self, mu, log_var):
    z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
    return F.layer_norm(z, z.shape[-1:])
