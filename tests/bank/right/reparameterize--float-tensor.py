# stub: reparameterize
# why: FloatTensor filled in place
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.FloatTensor(std.size()).normal_().to(mu.device)
    return mu + std * eps
