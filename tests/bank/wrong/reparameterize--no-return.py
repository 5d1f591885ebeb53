# stub: reparameterize
# part: reparameterize
# misconception: nothing-returned
# why: computes z and never returns it
# short-run: loses
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    z = mu + std * torch.randn_like(std)
