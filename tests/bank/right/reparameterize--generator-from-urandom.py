# stub: reparameterize
# why: a new generator at every call, seeded by the operating system
import torch, os


def reparameterize(self, mu, log_var):
    g = torch.Generator(device="cpu"); g.manual_seed(int.from_bytes(os.urandom(6), "big"))
    eps = torch.randn(mu.shape, generator=g).to(mu.device, mu.dtype)
    return torch.addcmul(mu, eps, torch.sqrt(torch.exp(log_var)))
