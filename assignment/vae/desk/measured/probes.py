# Generated from the grader's readings: a change here would be overwritten.
"""The probes: each calls one of the student's functions and returns what came back, as plain data.

A probe knows no expected value: student code may see everything that the probe gets from the grader.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy
import torch

from vae.desk import measuring as devices
from vae.desk.measured.package import any_model, build_model, student_function


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
    "reparameterize_device": devices.reparameterize_device,
    "latent_device": devices.latent_device,
    "seeded": seeded,
}
