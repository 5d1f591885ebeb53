# stub: reparameterize
# why: the prior's mean and spread are parameters that are not trained; its layers have second names
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
        self.prior_mean = nn.Parameter(torch.zeros(1, latent_dim), requires_grad=False)
        self.prior_spread = nn.Parameter(torch.ones(1, latent_dim), requires_grad=False)
        self.first_layer = self.encoder[0]

    def encode(self, x):
        mu, log_var = self.encoder(x.flatten(1)).chunk(2, dim=1)
        return mu, log_var

    def reparameterize(self, mu, log_var):
        noise = self.prior_mean + self.prior_spread * torch.randn_like(mu)
        return mu + torch.exp(log_var / 2) * noise

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, log_var = self.encode(x)
        return self.decode(self.reparameterize(mu, log_var)), mu, log_var
