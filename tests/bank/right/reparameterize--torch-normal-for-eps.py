# stub: reparameterize
# why: torch.normal with fixed mean 0 and deviation 1
import torch


def reparameterize(self, mu, log_var):
    eps = torch.normal(0.0, 1.0, size=mu.size(), device=mu.device)
    return mu + log_var.mul(0.5).exp() * eps
