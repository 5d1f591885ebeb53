# stub: reparameterize
# why: one latent dimension after the other
import torch


def reparameterize(self, mu, log_var):
    columns = [
        mu[:, d] + torch.exp(0.5 * log_var[:, d]) * torch.randn(mu.size(0), device=mu.device)
        for d in range(mu.size(1))
    ]
    return torch.stack(columns, dim=1)
