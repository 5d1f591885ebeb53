# stub: reparameterize
# why: the network as given, further methods of the student's own
# file: model.py
import torch
import torch.nn as nn


class VAE(nn.Module):
    def __init__(self, latent_dim=20, hidden_dim=400):
        super(VAE, self).__init__()
        self.latent_dim = latent_dim
        self.hidden_dim = hidden_dim
        layers = [nn.Linear(784, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, latent_dim * 2)]
        self.encoder = nn.Sequential(*layers)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim),
            nn.ReLU(),
            nn.Linear(hidden_dim, 784),
            nn.Sigmoid(),
        )

    @staticmethod
    def _noise(shape, like):
        return torch.randn(*shape, device=like.device, dtype=like.dtype)

    @property
    def device(self):
        return next(self.parameters()).device

    def encode(self, x):
        flat = x.view(x.size(0), -1)
        return torch.chunk(self.encoder(flat), 2, dim=-1)

    def reparameterize(self, mu, log_var):
        sigma = log_var.exp().sqrt()
        return self._noise(mu.shape, mu) * sigma + mu

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, log_var = self.encode(x)
        z = self.reparameterize(mu, log_var)
        return self.decode(z), mu, log_var

    def sample(self, n):
        return self.decode(torch.randn(n, self.latent_dim, device=self.device))


Model = VAE
