# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-gradient
# why: a new leaf with requires_grad=True: looks trainable, leads nowhere
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    z = mu + std * torch.randn_like(std)
    return z.detach().requires_grad_(True)
