# stub: reparameterize
# why: a file of its own with a future import, type hints and a repr
# file: model.py
from __future__ import annotations

import torch
from torch import Tensor, nn


class VAE(nn.Module):
    """A variational autoencoder for 28x28 images."""

    def __init__(self, latent_dim: int = 20, hidden_dim: int = 400) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Linear(784, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 2 * latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 784), nn.Sigmoid()
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.encoder(x.reshape(-1, 784))
        return h[:, : self.latent_dim], h[:, self.latent_dim :]

    def reparameterize(self, mu: Tensor, log_var: Tensor) -> Tensor:
        std = log_var.mul(0.5).exp()
        return torch.randn_like(std).mul(std).add(mu)

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, log_var = self.encode(x)
        z = self.reparameterize(mu, log_var)
        return self.decode(z), mu, log_var

    def extra_repr(self) -> str:
        return f"latent_dim={self.latent_dim}"
