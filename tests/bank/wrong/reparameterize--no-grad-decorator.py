# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-gradient
# why: decorated with torch.no_grad()
import torch


@torch.no_grad()
def reparameterize(self, mu, log_var):
    return mu + (0.5 * log_var).exp() * torch.randn_like(mu)
