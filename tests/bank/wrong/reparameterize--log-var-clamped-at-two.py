# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: clamp(-2, 2) bites far inside the usual range and blocks gradients there
import torch


def reparameterize(self, mu, log_var):
    log_var = torch.clamp(log_var, min=-2.0, max=2.0)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
