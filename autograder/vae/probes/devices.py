"""Probes that test whether the student's functions keep to one device, on a second device that holds no data."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import torch

from autograder.vae.probes.package import any_model, build_model, student_function
from autograder.vae.probes.toys import DeviceWatch, make_loader, weighted_loss


def _watched(call: Callable[[], Any]) -> dict[str, bool]:
    """Whether ``call`` mixes devices. It may raise because meta tensors hold no data; that proves nothing."""
    watch = DeviceWatch()
    with contextlib.suppress(Exception), watch:
        call()
    return {"mixed": watch.mixed}


def reparameterize_device(mu: torch.Tensor, log_var: torch.Tensor) -> dict[str, bool]:
    """Whether reparameterize mixes devices when its arguments are on another one."""
    model = any_model(mu.shape[-1])
    return _watched(lambda: model.to("meta").reparameterize(mu.to("meta"), log_var.to("meta")))


def latent_device(function: str, model: dict[str, Any], arguments: dict[str, Any]) -> dict[str, bool]:
    """Whether a function of vae.latent mixes devices when its arguments are on another one."""
    network = build_model(**model).to("meta")
    moved = [item.to("meta") if isinstance(item, torch.Tensor) else item for item in arguments.values()]
    call = student_function(function)
    if function == "generate":
        moved.append("meta")
    return _watched(lambda: call(network, *moved))


def train_epoch_device(
    model: dict[str, Any], data: dict[str, Any], loss: dict[str, Any], optimizer: dict[str, Any]
) -> dict[str, bool]:
    """Whether train_epoch moves its batches to a model that is on another device."""
    network = build_model(**model).to("meta")
    steps = getattr(torch.optim, optimizer["name"])(network.parameters(), **optimizer["options"])
    call = student_function("train_epoch")
    return _watched(lambda: call(network, make_loader(**data), weighted_loss(loss), steps, "meta"))


def train_device(
    model: dict[str, Any], data: dict[str, Any], epochs: int, learning_rate: float
) -> dict[str, bool]:
    """Whether train moves both the model and the batches to another device."""
    network = build_model(**model)
    call = student_function("train")
    seen = _watched(lambda: call(network, make_loader(**data), epochs, learning_rate, torch.device("meta")))
    return {**seen, "moved": all(item.device.type == "meta" for item in network.parameters())}
