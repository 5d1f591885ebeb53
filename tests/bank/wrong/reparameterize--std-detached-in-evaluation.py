# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-detached
# why: no gradient reaches log_var in evaluation mode
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    if not self.training:
        std = std.detach()  # nothing to learn here
    return mu + std * torch.randn_like(std)
