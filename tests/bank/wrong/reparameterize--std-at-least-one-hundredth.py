# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: no standard deviation below 0.01
import torch


def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var).clamp(min=0.01) * torch.randn_like(mu)
