# stub: reparameterize
# part: reparameterize
# misconception: log-var-clamped
# why: relu because "a variance is not negative"; its logarithm may be
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * torch.relu(log_var))
    return mu + std * torch.randn_like(std)
