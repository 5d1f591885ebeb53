"""The probes: each calls one of the student's functions and returns what came back. They know no expected value."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import torch

from autograder.sandbox.encoding import Array


def unpacked(value: Any, device: str) -> Any:
    """The grader's arguments with tensors in place of Arrays."""
    if isinstance(value, Array):
        return value.data
    if isinstance(value, dict):
        return {key: unpacked(item, device) for key, item in value.items()}
    return value


def call(module: str, function: str, arguments: dict[str, Any], wrt: str = "") -> dict[str, Any]:
    """Call a function: its value, its gradient with respect to ``wrt``, and the tensor arguments afterwards."""
    leaves = {name: item.requires_grad_() for name, item in arguments.items() if name == wrt}
    given = {**arguments, **{name: leaf * 1 for name, leaf in leaves.items()}}  # may be changed in place
    value = getattr(importlib.import_module(f"fit.{module}"), function)(*given.values())
    gradients: dict[str, Any] = {}
    if isinstance(value, torch.Tensor) and value.requires_grad and value.dim() == 0 and leaves:
        found = torch.autograd.grad(value, list(leaves.values()), allow_unused=True)
        gradients = dict(zip(leaves, found, strict=True))
    after = {name: item.detach() for name, item in given.items() if isinstance(item, torch.Tensor)}
    return {"value": value, "gradients": gradients, "after": after}


def rehearse() -> None:
    """Get torch's first-call work done before there is any student's process."""
    line = torch.zeros(2, requires_grad=True)
    torch.autograd.grad(line.square().mean(), line)


PROBES: dict[str, Callable[..., Any]] = {"call": call}
