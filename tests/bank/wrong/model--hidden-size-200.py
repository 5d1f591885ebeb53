# stub: reparameterize
# part: training
# misconception: network-changed
# why: 200 hidden units whatever hidden_dim says
# file: model.py
# short-run-only: yes
# short-run: loses
import torch
from torch import nn


class VAE(nn.Module):
    def __init__(self, latent_dim: int = 20, hidden_dim: int = 400):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 2 * latent_dim))
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 200), nn.ReLU(), nn.Linear(200, 784), nn.Sigmoid()
        )

    def encode(self, x):
        return self.encoder(x.flatten(1)).chunk(2, dim=1)

    def reparameterize(self, mu, log_var):
        return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, log_var = self.encode(x)
        return self.decode(self.reparameterize(mu, log_var)), mu, log_var
