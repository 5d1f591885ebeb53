# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-detached
# why: noise scaled inside no_grad()
import torch


def reparameterize(self, mu, log_var):
    with torch.no_grad():
        noise = torch.exp(0.5 * log_var) * torch.randn_like(log_var)
    return mu + noise
