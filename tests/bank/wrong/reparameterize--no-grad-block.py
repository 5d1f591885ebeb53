# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-gradient
# why: the whole computation stands inside torch.no_grad()
import torch


def reparameterize(self, mu, log_var):
    with torch.no_grad():
        std = torch.exp(0.5 * log_var)
        eps = torch.randn_like(std)
        z = mu + std * eps
    return z
