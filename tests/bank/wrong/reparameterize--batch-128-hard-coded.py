# stub: reparameterize
# part: reparameterize
# misconception: hard-coded-size
# why: noise for 128 images whatever the batch has
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn(128, mu.size(1), device=mu.device)
    return mu + std * eps
