# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-gradient
# why: set_grad_enabled as a statement stays in force
import torch


def reparameterize(self, mu, log_var):
    torch.set_grad_enabled(self.training)
    std = torch.exp(0.5 * log_var)
    return mu + std * torch.randn_like(std)
