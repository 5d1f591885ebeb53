"""Probes ask: each calls one of the student's functions and returns what came back, as plain data.

A probe knows no expected value; everything it gets from the grader may be seen by student code.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

from autograder.sandbox.wire import Array

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


def unpacked(value: Any) -> Any:
    """The grader's arguments with tensors in place of their descriptions."""
    if isinstance(value, Array):
        return value.data
    if isinstance(value, dict):
        return {key: unpacked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [unpacked(item) for item in value]
    return value


def student_function(name: str) -> Callable[..., Any]:
    """The student's function. Raises AttributeError where their file lacks it."""
    return getattr(importlib.import_module(f"vae.{MODULES[name]}"), name)  # type: ignore[no-any-return]


def build_model(latent_dim: int, hidden_dim: int, state: Mapping[str, torch.Tensor] | None = None) -> Any:
    """``vae.model.VAE`` as it lies in the package: the student's or the stand-in."""
    model = importlib.import_module("vae.model").VAE(latent_dim=latent_dim, hidden_dim=hidden_dim)
    if state is not None:
        model.load_state_dict(state)
    return model


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


def differentiate(
    function: Callable[..., Any],
    arguments: dict[str, Any],
    wrt: list[str],
    cotangent: torch.Tensor | None,
    by_name: bool,
) -> dict[str, Any]:
    """Call ``function``; return its value, its gradients and its arguments as they are afterwards.

    Arguments named in ``wrt`` are neither leaves nor shared, so that legal in-place code works.
    ``cotangent`` weighs the elements of a value that is no scalar.
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
) -> list[dict[str, Any]]:
    """``calls`` calls of VAE.reparameterize; gradients where a cotangent is given."""
    model = any_model(mu.shape[-1])
    model.train(training)
    wrt = [] if cotangent is None else ["mu", "log_var"]
    answers = []
    for _ in range(calls):
        both = torch.stack([mu, log_var], dim=-1).clone()
        arguments = {"mu": both[..., 0], "log_var": both[..., 1]} if as_views else {"mu": mu, "log_var": log_var}
        answers.append(differentiate(model.reparameterize, arguments, wrt, cotangent, by_name=False))
    return answers


def loss(
    function: str, arguments: dict[str, torch.Tensor], wrt: list[str], by_name: bool = False, as_views: bool = False
) -> dict[str, Any]:
    """One call of a function of vae.loss."""
    if as_views:
        mu, log_var = torch.cat([arguments["mu"], arguments["log_var"]], dim=1).chunk(2, dim=1)
        arguments = {**arguments, "mu": mu, "log_var": log_var}
    return differentiate(student_function(function), arguments, wrt, None, by_name)


def latent(function: str, model: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """One call of a function of vae.latent with the package's model."""
    network = build_model(**model)
    before = {name: item.clone() for name, item in network.state_dict().items()}
    answer = differentiate(student_function(function), {"model": network, **arguments}, [], None, by_name=False)
    changed = [name for name, item in network.state_dict().items() if not torch.equal(item, before[name])]
    return {**answer, "changed_parameters": changed}


def train_epoch(
    model: dict[str, Any], data: dict[str, Any], loss: dict[str, Any], optimizer: dict[str, Any], device: str
) -> dict[str, Any]:
    """One call of train_epoch with the package's model, a loss and an optimiser of the grader's choice."""
    network = build_model(**model).eval()
    loader = make_loader(**data)
    steps = getattr(torch.optim, optimizer["name"])(network.parameters(), **optimizer["options"])
    value = student_function("train_epoch")(network, loader, weighted_loss(**loss), steps, torch.device(device))
    return _trained(value, network, loader)


def train(
    model: dict[str, Any], data: dict[str, Any], epochs: int, learning_rate: float, device: str
) -> dict[str, Any]:
    """One call of train with the package's model and loss: the stand-ins, or in the short run the student's."""
    network = build_model(**model)
    loader = make_loader(**data)
    value = student_function("train")(network, loader, epochs, learning_rate, device)
    return _trained(value, network, loader)


def _trained(value: Any, network: Any, loader: DataLoader[Any]) -> dict[str, Any]:
    images = loader.dataset.tensors[0]  # type: ignore[attr-defined]
    return {"value": value, "state": dict(network.state_dict()), "images": images}


class Images(TensorDataset):
    """Images and labels as tensors, a whole batch fetched at once."""

    def __getitems__(self, indices: list[int]) -> tuple[torch.Tensor, ...]:
        return tuple(tensor[indices] for tensor in self.tensors)


def make_loader(images: torch.Tensor, labels: torch.Tensor, batch_size: int, seed: int | None = None) -> DataLoader[Any]:
    """A DataLoader over its whole data set, in order, or shuffled where a seed is given."""
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    shuffle = seed is not None
    return DataLoader(Images(images, labels), batch_size, shuffle=shuffle, generator=generator, collate_fn=tuple)


def weighted_loss(weights: dict[str, float]) -> Callable[..., torch.Tensor]:
    """A loss that is like no other: a weighted sum of simple terms, so that it can't be mistaken."""

    def loss_function(
        recon_x: torch.Tensor, x: torch.Tensor, mu: torch.Tensor, log_var: torch.Tensor
    ) -> torch.Tensor:
        error = recon_x - x.reshape(recon_x.shape)
        return (
            weights["square"] * error.square().sum()
            + weights["fourth"] * error.pow(4).sum()
            + weights["mu"] * mu.square().sum()
            + weights["log_var"] * log_var.square().sum()
        )

    return loss_function


PROBES: dict[str, Callable[..., Any]] = {
    "reparameterize": reparameterize,
    "loss": loss,
    "latent": latent,
    "train_epoch": train_epoch,
    "train": train,
}
