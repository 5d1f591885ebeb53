# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-reused
# why: manual_seed inside the function: the same noise at every call
import torch


def reparameterize(self, mu, log_var):
    torch.manual_seed(42)  # reproducible results
    std = torch.exp(0.5 * log_var)
    return mu + std * torch.randn_like(std)
