"""What the checks share: stand-in models, so that each task is checked apart from the other files."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the hand-out's folder, where `vae` lies


class StandIn(nn.Module):
    """A small model with the interface of VAE. Its code z is mu plus `noise` times Gaussian noise."""

    def __init__(self, noise: float, latent_dim: int = 3):
        super().__init__()
        self.latent_dim = latent_dim
        self.noise = noise
        self.encoder = nn.Linear(784, 2 * latent_dim)
        self.decoder = nn.Sequential(nn.Linear(latent_dim, 784), nn.Sigmoid())

    def encode(self, x):
        mu, log_var = self.encoder(x.flatten(1)).chunk(2, dim=1)
        return mu, log_var

    def reparameterize(self, mu, log_var):
        return mu + self.noise * torch.randn_like(mu)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, log_var = self.encode(x)
        return self.decode(self.reparameterize(mu, log_var)), mu, log_var


@pytest.fixture(autouse=True)
def seed():
    """The same random numbers at every run, so that a check does not pass today and fail tomorrow."""
    torch.manual_seed(0)


@pytest.fixture
def quiet_model():
    """Without noise: what training does to it can be known beforehand."""
    return StandIn(noise=0.0)


@pytest.fixture
def noisy_model():
    """With noise: it shows where something is sampled that should not be."""
    return StandIn(noise=1.0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A stub that is not written yet needs one line, no traceback."""
    report = yield
    error = call.excinfo and call.excinfo.value
    if isinstance(error, NotImplementedError) and str(error).startswith("Task "):
        task = str(error).partition(":")[0].replace("Task ", "task")
        also = (
            ""
            if item.get_closest_marker(task)
            else " 이 검사에는 그것도 필요합니다 / this check needs it, too."
        )
        report.longrepr = f"NotImplementedError: {error}{also}"
    return report
