# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: a clamp just inside the promised range
import torch


def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var.clamp(-9, 9)) * torch.randn_like(mu)
