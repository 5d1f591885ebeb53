# stub: reparameterize
# why: normal noise turned by a random rotation is normal noise
import torch


def reparameterize(self, mu, log_var):
    rotation, _ = torch.linalg.qr(torch.randn(mu.size(1), mu.size(1), device=mu.device))
    return mu + torch.exp(0.5 * log_var) * (torch.randn_like(mu) @ rotation)
