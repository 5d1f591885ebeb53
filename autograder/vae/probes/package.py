"""What lies in the package ``vae`` of a student's process: the student's functions and models, or stand-ins."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import torch

from autograder.vae.probes.toys import loaded

MODULES = {
    "reconstruction_loss": "loss",
    "kl_divergence": "loss",
    "loss_function": "loss",
    "train_epoch": "training",
    "train": "training",
    "generate": "latent",
    "interpolate": "latent",
    "restore": "latent",
}


def student_function(name: str) -> Callable[..., Any]:
    """The student's function. Raises AttributeError where their file lacks it."""
    return getattr(importlib.import_module(f"vae.{MODULES[name]}"), name)


def build_model(latent_dim: int, hidden_dim: int, state: Mapping[str, torch.Tensor] | None = None) -> Any:
    """``vae.model.VAE`` as it lies in the package: the student's or the stand-in."""
    model = importlib.import_module("vae.model").VAE(latent_dim=latent_dim, hidden_dim=hidden_dim)
    return model if state is None else loaded(model, state)


def any_model(latent_dim: int) -> Any:
    """A VAE of the student's for its reparameterize alone, even if they changed its network."""
    student_class = importlib.import_module("vae.model").VAE
    try:
        return student_class(latent_dim=latent_dim, hidden_dim=8)
    except Exception:  # noqa: BLE001 - a changed network costs points elsewhere, not here
        model = student_class.__new__(student_class)
        torch.nn.Module.__init__(model)
        model.latent_dim = latent_dim
        return model
