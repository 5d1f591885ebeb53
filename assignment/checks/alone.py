"""Each file alone: stand-ins for what it uses of the other files, and a second device that needs no GPU."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from inspect import signature
from types import SimpleNamespace

import pytest
import torch
from explain import Cause, explain
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

import vae
from vae.data import Images, loader
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


MADE = (
    "새로 만든 텐서가 CPU에 있어 GPU에서는 오류가 납니다. 만들 때 device=를 넘기거나 torch.randn_like처럼 이름이 _like로 끝나는 함수를 쓰세요.",
    "A new tensor is on the CPU, which fails on a GPU. Pass device= when you make it, or use a function ending in _like.",
)


def squared_error(recon_x, x, mu, log_var):
    return (recon_x - x.flatten(1)).square().sum() + mu.square().sum() + log_var.square().sum()


squared_error.__qualname__ = "loss_function"  # which Python names if the arguments don't fit
LOSS = SimpleNamespace(  # in place of vae.loss
    reconstruction_loss=lambda recon_x, x: (recon_x - x.flatten(1)).square().sum(),
    kl_divergence=lambda mu, log_var: mu.square().sum() + log_var.square().sum(),
    loss_function=squared_error,
)


def batches(count=10, shuffle=False):
    """Random images in batches of 4; of 10 images, the last batch holds only 2."""
    return loader(
        Images(torch.rand(count, 1, 28, 28), torch.zeros(count).long()), batch_size=4, shuffle=shuffle
    )


def sgd(model, learning_rate):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def outputs(model, x):
    """The arguments of a loss function."""
    recon_x, mu, log_var = model(x)
    return recon_x, x, mu, log_var


@contextlib.contextmanager
def without_the_loss() -> Iterator[None]:
    """Inside, `vae.loss` is LOSS, however it is imported: a mistake in vae/loss.py does not show."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "vae.loss", LOSS)
        patch.setattr(vae, "loss", LOSS, raising=False)
        yield


def in_place_of(function: Callable[..., object], stand_in: Callable[..., object]) -> Callable[..., object]:
    """`stand_in`, called by position. The student's `function` tells their order: its parameters may be renamed."""
    stand_in.__qualname__ = getattr(function, "__name__", "")  # which Python names if the arguments don't fit

    def called(*given, **named):
        return stand_in(*(signature(function).bind(*given, **named).args if named else given))

    return called


class MixedDevices(Exception):
    """An operation on tensors of two devices, which fails on a GPU."""


class Devices(TorchDispatchMode):
    """Raises MixedDevices. A 0-dim tensor on the CPU may take part in any operation."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        given = [*args, *(kwargs or {}).values()]
        given += [each for several in given if isinstance(several, (list, tuple)) for each in several]
        tensors = [each for each in given if isinstance(each, torch.Tensor) and (each.dim() or each.is_meta)]
        if len({each.device.type for each in tensors}) > 1 and "copy" not in func.name():
            raise MixedDevices
        return func(*args, **(kwargs or {}))


def on_one_device(call: Callable[[], object], called: str, cause: Cause = MADE) -> None:
    """Make a call with the device "meta". Raises AssertionError, with an explanation, if it mixes devices."""
    mixed = Words("CPU와 GPU의 텐서를 함께 계산", "an operation on tensors of the CPU and the GPU")
    try:
        with Devices():
            call()
    except MixedDevices:
        raise AssertionError(explain(called, mixed, Words("모두 GPU", "all on the GPU"), cause)) from None
    except Exception as error:
        if str(error).startswith("Task "):  # a stub; other errors come from "meta", which holds no data
            raise
