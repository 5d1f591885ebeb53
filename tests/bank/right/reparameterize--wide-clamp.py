# stub: reparameterize
# why: a stabilising clamp far outside the working range
import torch


def reparameterize(self, mu, log_var):
    log_var = torch.clamp(log_var, -20.0, 20.0)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(log_var)
