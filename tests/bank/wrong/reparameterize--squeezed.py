# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-shape
# why: squeeze() drops the batch axis when N = 1
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    z = mu + std * torch.randn_like(std)
    return z.squeeze()
