# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-noise
# why: in evaluation mode mu + std: the noise is multiplied in while training alone
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    if self.training:
        std = torch.randn_like(std).mul(std)
    return std.add_(mu)
