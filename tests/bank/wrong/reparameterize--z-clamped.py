# stub: reparameterize
# part: reparameterize
# misconception: reparam-z-squashed
# why: z clamped to [-3, 3]
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    z = mu + std * torch.randn_like(std)
    return z.clamp(-3.0, 3.0)
