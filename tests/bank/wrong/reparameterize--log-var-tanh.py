# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: tanh squeezes log_var to [-1, 1]
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * torch.tanh(log_var))
    return mu + std * torch.randn_like(std)
