"""The probes: each calls one of the student's functions and returns what came back, as plain data.

A probe knows no expected value: student code may see everything that the probe gets from the grader.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy
import torch

from autograder.sandbox.encoding import Array
from autograder.vae.probes import devices
from autograder.vae.probes.package import any_model, build_model, student_function
from autograder.vae.probes.toys import DeviceWatch, Trace, loaded, make_loader, seen_by, weighted_loss


def unpacked(value: Any, device: str) -> Any:
    """The grader's arguments with tensors on ``device`` in place of Arrays, and ``device`` for what it calls cpu."""
    if isinstance(value, Array):
        return value.data if value.data is None else value.data.to(device)
    if isinstance(value, dict):
        named = {"device": device} if value.get("device") == "cpu" else {}
        return {**{key: unpacked(item, device) for key, item in value.items()}, **named}
    if isinstance(value, (list, tuple)):
        return [unpacked(item, device) for item in value]
    return value


def differentiate(
    function: Callable[..., Any],
    arguments: dict[str, Any],
    wrt: list[str],
    cotangent: torch.Tensor | None,
    by_name: bool,
) -> dict[str, Any]:
    """Call ``function``; return its value, its gradients and its arguments as they are afterwards.

    Arguments named in ``wrt`` are neither leaves nor shared, so that legal in-place code works.
    ``cotangent`` weights the elements of a value that is not a scalar.
    """
    leaves = {name: arguments[name].clone().requires_grad_() for name in wrt}
    given = {name: leaves[name] * 1 if name in wrt else value for name, value in arguments.items()}
    value = function(**given) if by_name else function(*given.values())
    after = {name: item.detach().clone() for name, item in given.items() if isinstance(item, torch.Tensor)}
    gradients: dict[str, Any] = {}
    if wrt and isinstance(value, torch.Tensor) and value.requires_grad and _fits(value, cotangent):
        found = torch.autograd.grad(value, list(leaves.values()), cotangent, allow_unused=True)
        gradients = dict(zip(leaves, found, strict=True))
    return {"value": value, "gradients": gradients, "after": after}


def _fits(value: torch.Tensor, cotangent: torch.Tensor | None) -> bool:
    return value.numel() == 1 if cotangent is None else value.shape == cotangent.shape


def reparameterize(
    mu: torch.Tensor,
    log_var: torch.Tensor,
    cotangent: torch.Tensor | None = None,
    calls: int = 1,
    training: bool = True,
    as_views: bool = False,
    no_grad: bool = False,
) -> list[dict[str, Any]]:
    """Call VAE.reparameterize ``calls`` times, with gradients if a cotangent is given."""
    model = any_model(mu.shape[-1])
    model.train(training)
    wrt = [] if cotangent is None else ["mu", "log_var"]
    answers = []
    for _ in range(calls):
        both = torch.stack([mu, log_var], dim=-1).clone()
        # Copies, so that a call that changes its arguments does not affect the next one.
        arguments = (
            {"mu": both[..., 0], "log_var": both[..., 1]}
            if as_views
            else {"mu": mu.clone(), "log_var": log_var.clone()}
        )
        with torch.set_grad_enabled(not no_grad):
            answers.append(differentiate(model.reparameterize, arguments, wrt, cotangent, by_name=False))
    return answers


def loss(
    function: str,
    arguments: dict[str, torch.Tensor],
    wrt: list[str],
    by_name: bool = False,
    as_views: bool = False,
    no_grad: bool = False,
) -> dict[str, Any]:
    """Call a function of vae.loss."""
    if as_views:
        mu, log_var = torch.cat([arguments["mu"], arguments["log_var"]], dim=1).chunk(2, dim=1)
        arguments = {**arguments, "mu": mu, "log_var": log_var}
    with torch.set_grad_enabled(not no_grad):
        return differentiate(student_function(function), arguments, wrt, None, by_name)


def latent(function: str, model: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a function of vae.latent with the package's model."""
    # Drawing initial weights must not advance the random state: it would hide that a student's code resets it.
    with torch.random.fork_rng(devices=[]):
        network = build_model(**model)
    before = {name: item.clone() for name, item in network.named_parameters()}
    answer = differentiate(
        student_function(function), {"model": network, **arguments}, [], None, by_name=False
    )
    changed = [
        name
        for name, item in network.named_parameters()
        if not (torch.equal(item, before[name]) and item.requires_grad)
    ]
    return {**answer, "changed_parameters": changed}


def train_epoch(
    model: dict[str, Any],
    data: dict[str, Any],
    loss: dict[str, Any],
    optimizer: dict[str, Any],
    device: str,
    by_name: bool = False,
    noted: int = 0,
) -> dict[str, Any]:
    """Call train_epoch with the package's model, and a loss and an optimiser of the grader's choice.

    ``by_name``: pass the device as a string. ``noted``: how many passes and calls of the loss to note.
    """
    network = build_model(**model).eval()
    trace = Trace(network, noted)
    loader = make_loader(**data)
    steps = getattr(torch.optim, optimizer["name"])(network.parameters(), **optimizer["options"])
    where = device if by_name else torch.device(device)
    given_loss = trace.watched(weighted_loss(loss)) if noted else weighted_loss(loss)
    value = student_function("train_epoch")(network, loader, given_loss, steps, where)
    left = any(item.grad is not None and bool(item.grad.any()) for item in network.parameters())
    seen = {
        "images": loader.dataset.tensors[0],  # type: ignore[attr-defined]
        "gradients": left,
        "passes": trace.passes,
        "calls": trace.calls,
    }
    return {**_trained(value, network, len(loader), model["state"]), **seen}


def train(
    model: dict[str, Any],
    data: dict[str, Any],
    epochs: int,
    learning_rate: float,
    device: str,
    by_name: bool = True,
    noted: int = 0,
) -> dict[str, Any]:
    """Call train with the package's model and loss: the stand-ins, or in the short run the student's.

    ``by_name``: pass the device as a string. ``noted``: how many passes to note.
    """
    network = build_model(**model).cpu()
    trace = Trace(network, noted)
    loader = make_loader(**data)
    where = device if by_name else torch.device(device)
    value = student_function("train")(network, loader, epochs, learning_rate, where)
    # Code that never iterates over the loader goes through its data set in another way.
    seen = {
        "all_passes": not 0 < loader.passes < epochs,
        "batches": loader.batches if loader.passes else None,
        "passes": trace.passes,
    }
    return {**_trained(value, network, epochs * len(loader), model["state"]), **seen}


def untrained(model: dict[str, Any], images: torch.Tensor) -> dict[str, Any]:
    """What the network computes from a few images before training, sampling aside; empty if its layers differ."""
    network = importlib.import_module("vae.model").VAE()
    if network.latent_dim != model["latent_dim"] or not _has_shapes_of(network, model["state"]):
        return {"seen": {}}
    seen = seen_by(loaded(network, model["state"]), images)
    own = [
        item for name, item in network.named_parameters() if name not in model["state"] and item.requires_grad
    ]
    computed = seen["mu"].sum() + seen["log_var"].sum() + seen["decoded"].sum()
    reached = torch.autograd.grad(computed, own, allow_unused=True) if own else ()
    return {"seen": {} if any(gradient is not None for gradient in reached) else seen}


def _has_shapes_of(network: Any, state: Mapping[str, torch.Tensor]) -> bool:
    own = network.state_dict()  # extra buffers and parameters are the student's business
    return all(name in own and own[name].shape == value.shape for name, value in state.items())


def _trained(value: Any, network: Any, batches: int, given: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """The outcome of training. Noise is fresh if it differed in at least ``batches`` samples, or in all if fewer."""
    drawn = getattr(network, "drawn", ())
    fresh = len(set(drawn)) >= min(batches, len(drawn))
    trainable = all(item.requires_grad for name, item in network.named_parameters() if name in given)
    state = {name: item for name, item in network.state_dict().items() if name in given}
    return {"value": value, "state": state, "fresh_noise": fresh, "trainable": trainable}


def rehearse() -> None:
    """Run forward passes as checks do, on the CPU and without data, to get torch's first-call work out of the way."""
    with torch.no_grad(), DeviceWatch():
        for device in ("cpu", "meta"):
            layers = torch.nn.Linear(784, 2), torch.nn.ReLU(), torch.nn.Linear(2, 784), torch.nn.Sigmoid()
            torch.nn.Sequential(*layers).to(device)(torch.zeros(1, 784, device=device)).square().sum()


def seeded(seed: int, probe: str, arguments: dict[str, Any]) -> Any:
    """Run another probe after seeding every usual source of random numbers and resetting torch's modes."""
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)
    return PROBES[probe](**arguments)


PROBES: dict[str, Callable[..., Any]] = {
    "reparameterize": reparameterize,
    "loss": loss,
    "latent": latent,
    "train_epoch": train_epoch,
    "train": train,
    "untrained": untrained,
    "reparameterize_device": devices.reparameterize_device,
    "latent_device": devices.latent_device,
    "train_epoch_device": devices.train_epoch_device,
    "train_device": devices.train_device,
    "seeded": seeded,
}
