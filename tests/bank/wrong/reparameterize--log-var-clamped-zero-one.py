# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: log_var clamped to [0, 1]: the spread can never fall below one
import torch


def reparameterize(self, mu, log_var):
    log_var = log_var.clamp(0, 1)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
