# stub: reparameterize, kl_divergence
# part: reparameterize, loss
# misconception: log-var-clamped
# why: clamp(-1, 1) in both places
import torch


def reparameterize(self, mu, log_var):
    log_var = log_var.clamp(-1, 1)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)


def kl_divergence(mu, log_var):
    log_var = log_var.clamp(-1, 1)
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
