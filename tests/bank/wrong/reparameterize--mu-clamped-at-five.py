# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: codes are kept within five of the origin
import torch


def reparameterize(self, mu, log_var):
    return mu.clamp(-5, 5) + torch.exp(0.5 * log_var) * torch.randn_like(mu)
