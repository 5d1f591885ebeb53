# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: adds 0.1 to the standard deviation against division by zero
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var) + 0.1
    return mu + std * torch.randn_like(std)
