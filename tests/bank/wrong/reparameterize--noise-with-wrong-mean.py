# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-scale
# why: torch.normal(1, ...) shifts every z by one standard deviation
import torch


def reparameterize(self, mu, log_var):
    eps = torch.normal(1.0, 1.0, size=mu.shape, device=mu.device)
    return mu + torch.exp(0.5 * log_var) * eps
