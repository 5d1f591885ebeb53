# stub: reparameterize
# why: the value without a graph, the gradients written beside it
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    sample = (mu + std * eps).detach()
    return sample + (mu - mu.detach()) + eps * (std - std.detach())
