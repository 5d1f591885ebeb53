"""Each file alone: stand-ins for what it uses of the other files, and a second device that needs no GPU."""

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import torch
from explain import Cause, explain
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

import vae
from vae.desk.language import Words


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


LOSS = SimpleNamespace(
    reconstruction_loss=lambda recon_x, x: (recon_x - x.flatten(1)).square().sum(),
    kl_divergence=lambda mu, log_var: mu.square().sum() + log_var.square().sum(),
    loss_function=lambda recon_x, x, mu, log_var: (
        LOSS.reconstruction_loss(recon_x, x) + LOSS.kl_divergence(mu, log_var)
    ),
)


@contextlib.contextmanager
def without_the_loss() -> Iterator[None]:
    """Inside, `vae.loss` is LOSS, however it is imported: a mistake in vae/loss.py does not show."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "vae.loss", LOSS)
        patch.setattr(vae, "loss", LOSS, raising=False)
        yield


def in_place_of(function: Callable[..., object], stand_in: Callable[..., object]) -> Callable[..., object]:
    """`stand_in`, called by position. The student's `function` tells their order: its parameters may be renamed."""

    stand_in.__qualname__ = function.__name__  # which Python names if the arguments don't fit

    def called(*given, **named):
        return stand_in(*(inspect.signature(function).bind(*given, **named).args if named else given))

    return called


class Devices(TorchDispatchMode):
    """Refuses an operation on tensors of two devices, as a GPU does; a 0-dim tensor on the CPU may take part in any."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        given = [*args, *(kwargs or {}).values()]
        given = [each for item in given for each in (item if isinstance(item, (list, tuple)) else [item])]
        tensors = [each for each in given if isinstance(each, torch.Tensor) and (each.dim() or each.is_meta)]
        if len({each.device.type for each in tensors}) > 1 and "copy" not in func.name():
            raise MixedDevices(func.name().partition("::")[2])
        return func(*args, **(kwargs or {}))


class MixedDevices(Exception):
    """The name of an operation whose tensors are on two devices."""


def on_one_device(call: Callable[[], object], called: str, cause: Cause) -> None:
    """Make a call with the device "meta". Raises AssertionError, with an explanation, if it mixes devices."""
    try:
        with Devices():
            call()
    except MixedDevices as mixed:
        raise AssertionError(
            explain(called, f"{mixed}: cpu, meta", Words("한 장치의 텐서", "tensors on one device"), cause)
        ) from None
    except Exception as error:
        if str(error).startswith("Task "):  # a stub; other errors come from "meta", which holds no data
            raise
