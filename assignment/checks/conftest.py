"""What the checks share: stand-in models, so that each task is checked without the other files."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the hand-out's folder, which holds `vae`
from vae.desk import failure_in_run, failure_in_text, measuring


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
    """Use the same random numbers in every run, so that a check does not pass today and fail tomorrow."""
    torch.manual_seed(0)


@pytest.fixture
def quiet_model():
    """A model without noise: what training does to it can be computed beforehand."""
    return StandIn(noise=0.0)


@pytest.fixture
def noisy_model():
    """A model with noise: it reveals code that samples where it should not."""
    return StandIn(noise=1.0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let a failed check say what was called, returned and expected, and where to edit, without a traceback."""
    report = yield
    report.task = next((mark.name[4:] for mark in item.iter_markers() if mark.name.startswith("task")), "")
    if report.failed:
        failure = failure_in_run.describe(call.excinfo.value, report.task, item.function.__doc__ or "")
        failure = replace(failure, printed="\n".join(report.capstdout.splitlines()[-8:]))
        failure = measuring.completed(failure_in_text.with_all_lines(failure))
        report.failure, report.longrepr = failure.as_dict(), str(failure)
    return report


def pytest_exception_interact(node, call, report):
    """Say why a file of checks can't be collected: a student's file can't be imported."""
    if isinstance(report, pytest.CollectReport):
        error = call.excinfo.value
        failure = failure_in_run.describe(error.__cause__ or error)
        report.failure, report.longrepr = failure.as_dict(), str(failure)
