# Generated from the grader's readings: a change here would be overwritten.
"""Access to the package ``vae`` in a student's process: the student's functions and models, or stand-ins."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import torch

from vae.desk.measured.toys import loaded

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
    """The student's function. Raises AttributeError if their file lacks it."""
    return getattr(importlib.import_module(f"vae.{MODULES[name]}"), name)


def build_model(latent_dim: int, hidden_dim: int, state: Mapping[str, torch.Tensor] | None = None) -> Any:
    """An instance of the package's ``vae.model.VAE``, the student's or the stand-in."""
    model = importlib.import_module("vae.model").VAE(latent_dim=latent_dim, hidden_dim=hidden_dim)
    return model if state is None else loaded(model, state)


def any_model(latent_dim: int) -> Any:
    """An instance of the student's VAE, only for its reparameterize, even if they changed the network."""
    student_class = importlib.import_module("vae.model").VAE
    try:
        return student_class(latent_dim=latent_dim, hidden_dim=8)
    except Exception:  # noqa: BLE001 - a changed network costs points elsewhere, not here
        model = student_class.__new__(student_class)
        torch.nn.Module.__init__(model)
        model.latent_dim = latent_dim
        return model
