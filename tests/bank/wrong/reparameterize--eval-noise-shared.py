# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-shared-batch
# why: in evaluation mode one noise serves the whole batch
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std) if self.training else torch.randn_like(std[:1]).expand_as(std)
    return mu + std * eps
