"""Probes ask: each calls one of the student's functions and returns what came back, as plain data.

A probe knows no expected value; everything it gets from the grader may be seen by student code.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import operator
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.data import DataLoader, TensorDataset

from autograder.sandbox.wire import Array

TILT = torch.linspace(-1, 1, 784)  # a weight for each pixel

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


def unpacked(value: Any, device: str) -> Any:
    """The grader's arguments with tensors in place of their descriptions, on ``device``, which it calls cpu."""
    if isinstance(value, Array):
        return value.data if value.data is None else value.data.to(device)
    if isinstance(value, dict):
        named = {"device": device} if value.get("device") == "cpu" else {}
        return {**{key: unpacked(item, device) for key, item in value.items()}, **named}
    if isinstance(value, (list, tuple)):
        return [unpacked(item, device) for item in value]
    return value


def student_function(name: str) -> Callable[..., Any]:
    """The student's function. Raises AttributeError where their file lacks it."""
    return getattr(importlib.import_module(f"vae.{MODULES[name]}"), name)


def build_model(latent_dim: int, hidden_dim: int, state: Mapping[str, torch.Tensor] | None = None) -> Any:
    """``vae.model.VAE`` as it lies in the package: the student's or the stand-in."""
    model = importlib.import_module("vae.model").VAE(latent_dim=latent_dim, hidden_dim=hidden_dim)
    return model if state is None else loaded(model, state)


def loaded(model: Any, state: Mapping[str, torch.Tensor]) -> Any:
    """The model with parameters of its own that have the values in ``state``, and lie where these do."""
    model.to(next(iter(state.values())).device)
    lacking = model.load_state_dict(state, strict=False).unexpected_keys  # it may well have more
    if lacking:
        raise AttributeError(f"the model has no {lacking[0]}")
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
    no_grad: bool = False,
) -> list[dict[str, Any]]:
    """``calls`` calls of VAE.reparameterize; gradients where a cotangent is given."""
    model = any_model(mu.shape[-1])
    model.train(training)
    wrt = [] if cotangent is None else ["mu", "log_var"]
    answers = []
    for _ in range(calls):
        both = torch.stack([mu, log_var], dim=-1).clone()
        arguments = (
            {"mu": both[..., 0], "log_var": both[..., 1]}
            if as_views
            else {
                "mu": mu.clone(),
                "log_var": log_var.clone(),
            }  # a call that changes them is one call's mistake
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
    """One call of a function of vae.loss."""
    if as_views:
        mu, log_var = torch.cat([arguments["mu"], arguments["log_var"]], dim=1).chunk(2, dim=1)
        arguments = {**arguments, "mu": mu, "log_var": log_var}
    with torch.set_grad_enabled(not no_grad):
        return differentiate(student_function(function), arguments, wrt, None, by_name)


def latent(function: str, model: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """One call of a function of vae.latent with the package's model."""
    with torch.random.fork_rng(devices=[]):  # else its initial weights would advance what a student put back
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
) -> dict[str, Any]:
    """One call of train_epoch with the package's model, a loss and an optimiser of the grader's choice.

    ``by_name``: the device is handed over as a string.
    """
    network = build_model(**model).eval()
    loader = make_loader(**data)
    steps = getattr(torch.optim, optimizer["name"])(network.parameters(), **optimizer["options"])
    where = device if by_name else torch.device(device)
    value = student_function("train_epoch")(network, loader, weighted_loss(loss), steps, where)
    return {**_trained(value, network, len(loader), model["state"]), "images": loader.dataset.tensors[0]}  # type: ignore[attr-defined]


def train(
    model: dict[str, Any],
    data: dict[str, Any],
    epochs: int,
    learning_rate: float,
    device: str,
    by_name: bool = True,
) -> dict[str, Any]:
    """One call of train with the package's model and loss: the stand-ins, or in the short run the student's.

    ``by_name``: the device is handed over as a string.
    """
    network = build_model(**model).cpu()
    loader = make_loader(**data)
    where = device if by_name else torch.device(device)
    value = student_function("train")(network, loader, epochs, learning_rate, where)
    # One who never asked the loader itself has gone through its data set in another way.
    seen = {
        "all_passes": not 0 < loader.passes < epochs,
        "batches": loader.batches if loader.passes else None,
    }
    return {**_trained(value, network, epochs * len(loader), model["state"]), **seen}


def untrained(model: dict[str, Any], images: torch.Tensor) -> dict[str, Any]:
    """What the network makes of a few images before it is trained, sampling aside; empty where its layers differ."""
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


def seen_by(network: Any, images: torch.Tensor) -> dict[str, Any]:
    """Results of the given methods, and gradients of forward's by the weights of the encoder's last layer.

    Sampling, which is the student's to write, is replaced; ``recon_x`` is None where forward samples in its own way.
    """
    asked = []

    def fixed(mu: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
        asked.append(True)
        return mu + 0.1 * log_var

    network.reparameterize = fixed
    mu, log_var = network.encode(images)
    recon_x, forward_mu, forward_log_var = network(images)
    layer = network.get_parameter("encoder.2.weight")
    (by_code,) = torch.autograd.grad(forward_mu.sum() + 2 * forward_log_var.sum(), layer, retain_graph=True)
    (by_pixels,) = torch.autograd.grad(recon_x.sum(), layer)
    return {
        "mu": mu,
        "log_var": log_var,
        "decoded": network.decode(mu),
        "forward_mu": forward_mu,
        "forward_log_var": forward_log_var,
        "by_code": by_code,
        "recon_x": recon_x if asked else None,
        "by_pixels": by_pixels,
    }


def _has_shapes_of(network: Any, state: Mapping[str, torch.Tensor]) -> bool:
    own = network.state_dict()  # further buffers and parameters are the student's business
    return all(name in own and own[name].shape == value.shape for name, value in state.items())


def _trained(value: Any, network: Any, batches: int, given: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """What came of a training. Its noise is fresh where as many samples as there were batches had noise of their own."""
    drawn = getattr(network, "drawn", ())
    fresh = len(set(drawn)) >= min(batches, len(drawn))
    trainable = all(item.requires_grad for name, item in network.named_parameters() if name in given)
    state = {name: item for name, item in network.state_dict().items() if name in given}
    return {"value": value, "state": state, "fresh_noise": fresh, "trainable": trainable}


class Loader(DataLoader[Any]):
    """A DataLoader that counts how often somebody began to go through it, and the batches that were taken."""

    passes = batches = 0

    def __iter__(self) -> Any:
        self.passes += 1
        return self._counted(super().__iter__())

    def _counted(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            self.batches += 1
            yield batch


def make_loader(
    images: torch.Tensor, labels: torch.Tensor, batch_size: int, seed: int | None = None
) -> Loader:
    """A DataLoader over its whole data set, on the CPU, in order, or shuffled where a seed is given."""
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    shuffle = seed is not None
    return Loader(TensorDataset(images.cpu(), labels.cpu()), batch_size, shuffle=shuffle, generator=generator)


def weighted_loss(weights: dict[str, float]) -> Callable[..., torch.Tensor]:
    """A loss that is like no other: a weighted sum of simple terms, so that it can't be mistaken.

    Terms without a weight are left out, which saves their time.
    """
    terms: dict[str, Callable[..., torch.Tensor]] = {
        "square": lambda error, recon_x, mu, log_var: error.square().sum(),
        "fourth": lambda error, recon_x, mu, log_var: error.pow(4).sum(),
        "recon_x": lambda error, recon_x, mu, log_var: recon_x.sum(),
        "mu": lambda error, recon_x, mu, log_var: mu.square().sum(),
        "log_var": lambda error, recon_x, mu, log_var: log_var.square().sum(),
        # Of either sign, and for recon_x (N, 784) alone.
        "tilted": lambda error, recon_x, mu, log_var: (error * (TILT.to(error.device) + 0.05 * error)).sum(),
        "codes": lambda error, recon_x, mu, log_var: mu.square().sum() - log_var.square().sum(),
    }

    def loss_function(
        recon_x: torch.Tensor, x: torch.Tensor, mu: torch.Tensor, log_var: torch.Tensor
    ) -> torch.Tensor:
        error = recon_x - x.reshape(recon_x.shape)
        weighted = [weight * terms[name](error, recon_x, mu, log_var) for name, weight in weights.items()]
        return functools.reduce(operator.add, weighted)

    return loss_function


class DeviceWatch(TorchDispatchMode):
    """Notes whether an operation mixes tensors of two devices, which fails on a GPU.

    The second device is ``meta``: it needs no GPU and no CUDA build, and holds no data.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mixed = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tensors = [item for item in tree_leaves((args, kwargs or {})) if isinstance(item, torch.Tensor)]
        copies = "copy" in func.name()  # moving from one device to the other is what is asked for
        # A 0-dim tensor on the CPU may take part in any operation.
        devices = {item.device.type for item in tensors if item.dim() > 0 or item.device.type == "meta"}
        self.mixed = self.mixed or (len(devices) > 1 and not copies)
        return func(*args, **(kwargs or {}))


def _watched(call: Callable[[], Any]) -> dict[str, bool]:
    """Whether ``call`` mixes devices. It may well raise, for meta tensors hold no data: that proves nothing."""
    watch = DeviceWatch()
    with contextlib.suppress(Exception), watch:
        call()
    return {"mixed": watch.mixed}


def reparameterize_device(mu: torch.Tensor, log_var: torch.Tensor) -> dict[str, bool]:
    """Whether reparameterize mixes devices when its arguments lie on another one."""
    model = any_model(mu.shape[-1])
    return _watched(lambda: model.to("meta").reparameterize(mu.to("meta"), log_var.to("meta")))


def latent_device(function: str, model: dict[str, Any], arguments: dict[str, Any]) -> dict[str, bool]:
    """The same for a function of vae.latent."""
    network = build_model(**model).to("meta")
    moved = [item.to("meta") if isinstance(item, torch.Tensor) else item for item in arguments.values()]
    call = student_function(function)
    if function == "generate":
        moved.append("meta")
    return _watched(lambda: call(network, *moved))


def train_epoch_device(
    model: dict[str, Any], data: dict[str, Any], loss: dict[str, Any], optimizer: dict[str, Any]
) -> dict[str, bool]:
    """Whether train_epoch moves its batches to a model that lies on another device."""
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


def seeded(seed: int, probe: str, arguments: dict[str, Any]) -> Any:
    """Another probe, with every usual source of random numbers and torch's modes set first."""
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
    "reparameterize_device": reparameterize_device,
    "latent_device": latent_device,
    "train_epoch_device": train_epoch_device,
    "train_device": train_device,
    "seeded": seeded,
}
