"""What the grader and the student's process both build: loaded models, loaders, made-up losses, a watch for devices.

Nothing here is secret: student code can read it.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.data import DataLoader, TensorDataset

TILT = torch.linspace(-1, 1, 784)  # a weight per pixel


def loaded(model: Any, state: Mapping[str, torch.Tensor]) -> Any:
    """The model with the values in ``state`` copied into its parameters, on the device of ``state``.

    Raises AttributeError if the model lacks one of them.
    """
    model.to(next(iter(state.values())).device)
    lacking = model.load_state_dict(state, strict=False).unexpected_keys  # the model may have more
    if lacking:
        raise AttributeError(f"the model has no {lacking[0]}")
    return model


def seen_by(network: Any, images: torch.Tensor) -> dict[str, Any]:
    """Results of the given methods, and gradients of forward's result with respect to the encoder's last weights.

    Sampling, which students write, is replaced; ``recon_x`` is None if forward samples in its own way.
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


class Loader(DataLoader[Any]):
    """A DataLoader that counts the passes that were begun and the batches that were taken."""

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
    """A Loader over the whole data set on the CPU, in order, or shuffled if a seed is given."""
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    shuffle = seed is not None
    return Loader(TensorDataset(images.cpu(), labels.cpu()), batch_size, shuffle=shuffle, generator=generator)


def weighted_loss(weights: dict[str, float]) -> Callable[..., torch.Tensor]:
    """A loss that can't be mistaken for any other: a weighted sum of simple terms.

    Terms without a weight are left out, which saves their time.
    """
    terms: dict[str, Callable[..., torch.Tensor]] = {
        "square": lambda error, recon_x, mu, log_var: error.square().sum(),
        "fourth": lambda error, recon_x, mu, log_var: error.pow(4).sum(),
        "recon_x": lambda error, recon_x, mu, log_var: recon_x.sum(),
        "mu": lambda error, recon_x, mu, log_var: mu.square().sum(),
        "log_var": lambda error, recon_x, mu, log_var: log_var.square().sum(),
        # Of either sign, and only for recon_x (N, 784).
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


class Trace:
    """What training did: the first ``most`` passes through a network, and all calls of a loss.

    A pass is noted with its images (N, 784), the code (N, D) that was decoded, the mode, if it is the network's own or
    a copy's, and all of the network's parameters before it.
    """

    def __init__(self, network: Any, most: int) -> None:
        self.network, self.most = network, most
        self.passes: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        if most:
            network.encoder.register_forward_pre_hook(self.encoding)
            network.decoder.register_forward_pre_hook(self.decoding)

    def __deepcopy__(self, memo: Any) -> Trace:
        return self  # the passes of a copied network are noted here as well

    def encoding(self, module: Any, given: tuple[torch.Tensor, ...]) -> None:
        if len(self.passes) < self.most:
            self.passes.append(
                {
                    "images": given[0].detach().clone(),
                    "code": None,
                    "training": module.training,
                    "learning": torch.is_grad_enabled(),
                    "own": module is self.network.encoder,
                    "parameters": torch.cat(
                        [item.detach().flatten().clone() for item in self.network.parameters()]
                    ),
                }
            )

    def decoding(self, module: Any, given: tuple[torch.Tensor, ...]) -> None:
        if self.passes and self.passes[-1]["code"] is None:
            self.passes[-1]["code"] = given[0].detach().clone()

    def watched(self, loss: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        """The loss, with its calls noted: the value, some pixels of each image, and early on all arguments."""

        def loss_function(
            recon_x: torch.Tensor, x: torch.Tensor, mu: torch.Tensor, log_var: torch.Tensor
        ) -> torch.Tensor:
            value = loss(recon_x, x, mu, log_var)
            given = {"recon_x": recon_x, "x": x, "mu": mu, "log_var": log_var}
            early = len(self.calls) < self.most
            self.calls.append(
                {
                    "value": value.item(),
                    "learning": torch.is_grad_enabled(),
                    "pixels": x.detach().reshape(len(x), -1)[:, 300:330].clone(),
                    "given": {name: item.detach().clone() for name, item in given.items()} if early else {},
                }
            )
            return value

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
        copies = "copy" in func.name()  # moving tensors between devices is allowed
        # A 0-dim tensor on the CPU may take part in any operation.
        devices = {item.device.type for item in tensors if item.dim() > 0 or item.device.type == "meta"}
        self.mixed = self.mixed or (len(devices) > 1 and not copies)
        return func(*args, **(kwargs or {}))
