# stub: reparameterize
# part: reparameterize
# misconception: returns-extra-values
# why: returns z together with mu and log_var
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    z = mu + std * torch.randn_like(std)
    return z, mu, log_var
