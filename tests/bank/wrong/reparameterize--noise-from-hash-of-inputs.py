# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-reused
# why: the seed is made from the inputs, so the same image always gets the same noise
import torch


def reparameterize(self, mu, log_var):
    seed = int(mu.detach().double().abs().sum().item() * 1e4) % (2**31)
    gen = torch.Generator().manual_seed(seed)
    eps = torch.randn(mu.shape, generator=gen).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
