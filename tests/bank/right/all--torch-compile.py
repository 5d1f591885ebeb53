# stub: kl_divergence, reparameterize
# why: torch.compile asked for, which is switched off in the sandbox
import torch


@torch.compile
def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
@torch.compile
def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
