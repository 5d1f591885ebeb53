# stub: reparameterize
# why: makes its generator at the first call and keeps it on the model
import torch


def reparameterize(self, mu, log_var):
    if not hasattr(self, "noise_source"):
        self.noise_source = torch.Generator(device="cpu")
        self.noise_source.seed()
    eps = torch.randn(mu.shape, generator=self.noise_source).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
