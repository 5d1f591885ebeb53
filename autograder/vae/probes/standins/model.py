"""Stand-in for vae.model: the given network. Its noise is fixed, or real if a part needs samples."""

import torch
from torch import nn


class VAE(nn.Module):
    really_samples = False

    def __init__(self, latent_dim=20, hidden_dim=400):
        super().__init__()
        self.latent_dim = latent_dim
        self.drawn = []  # a random number per call; if one repeats, somebody has set a seed
        self.encoder = nn.Sequential(
            nn.Linear(784, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 2 * latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 784), nn.Sigmoid()
        )

    def encode(self, x):
        hidden = self.encoder(x.reshape(x.shape[0], 784))
        return hidden[:, : self.latent_dim], hidden[:, self.latent_dim :]

    def reparameterize(self, mu, log_var):
        if self.really_samples:
            return mu + (1 + log_var) * torch.randn_like(mu)  # N(0, I) only for zeros
        self.drawn.append(torch.rand((), dtype=torch.float64, device="cpu").item())
        # A function of the inputs, not of a call counter, and a different one in evaluation mode.
        return mu + torch.sin(9 * mu.detach() + log_var) if self.training else mu - 0.5 * log_var

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, log_var = self.encode(x)
        return self.decode(self.reparameterize(mu, log_var)), mu, log_var
