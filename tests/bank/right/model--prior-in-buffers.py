# stub: reparameterize
# why: the prior's mean and spread are buffers, and so is a count of calls
# file: model.py
import torch
from torch import nn


class VAE(nn.Module):
    def __init__(self, latent_dim=20, hidden_dim=400):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(nn.Linear(784, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 2 * latent_dim))
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, 784), nn.Sigmoid()
        )
        self.register_buffer("prior_mean", torch.zeros(latent_dim))
        self.register_buffer("prior_spread", torch.ones(latent_dim))
        self.register_buffer("calls", torch.zeros((), dtype=torch.long), persistent=False)

    def encode(self, x):
        mu, log_var = self.encoder(x.flatten(1)).chunk(2, dim=1)
        return mu, log_var

    def reparameterize(self, mu, log_var):
        self.calls += 1
        drawn = torch.normal(self.prior_mean.expand_as(mu), self.prior_spread.expand_as(mu))
        return mu + (0.5 * log_var).exp() * drawn

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, log_var = self.encode(x)
        return self.decode(self.reparameterize(mu, log_var)), mu, log_var
