# stub: reparameterize
# part: reparameterize
# misconception: hard-coded-device
# why: randn without a device: works on the CPU alone
# short-run: keeps
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn(mu.shape)
    return mu + std * eps
