# stub: reparameterize
# part: reparameterize
# misconception: hard-coded-size
# why: noise for 20 dimensions whatever the model has
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn(mu.size(0), 20, device=mu.device)
    return mu + std * eps
