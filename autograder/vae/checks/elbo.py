"""Batches for the checks of the loss, the right values, and the tolerances around them."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.vae.checks import reference, short_run
from autograder.vae.checks.inputs import WIDEST, Draw

# Students may guard the logarithm with a small constant; up to 1e-6 counts as right.
GUARD = 1.1e-6
IN_USE = 24  # images in a batch like those of training
MANY = 130  # images, more than in the lecture's batches
# Regimes of log_var: near 0 the constant terms show, well below 0 log_var itself, well above 0 exp(log_var).
REGIMES = {"near 0": (-1.0, 1.0), "narrow": (-WIDEST, -2.0), "wide": (2.0, WIDEST)}


def pixels(draw: Draw, purpose: str, count: int) -> dict[str, Tensor]:
    return {
        "recon_x": draw.probabilities(f"recon_x {purpose}", count),
        "x": draw.images(f"x {purpose}", count),
    }


def pale(x: Tensor) -> Tensor:
    """The images without pure black or white."""
    return 0.1 + 0.6 * x


def in_use(draw: Draw, task: short_run.ShortRunTask, digits: bool) -> dict[str, Tensor]:
    """A batch like those of training: mostly black images (digits of the data set, or strokes), and D = 20."""
    count = IN_USE if digits else IN_USE + 3
    x = task.images[:count].flatten(1)[:, task.pixels.argsort()] if digits else draw.strokes("in use", count)
    given = {**pixels(draw, f"in use {digits}", count), **codes(draw, f"in use {digits}", count, 20)}
    return {**given, "x": x.reshape(count, 1, 28, 28).contiguous()}


def codes(draw: Draw, purpose: str, rows: int, columns: int) -> dict[str, Tensor]:
    low, high = REGIMES.get(purpose, (-3.0, 3.0))
    return {
        "mu": 3 * draw.normal(f"mu {purpose}", rows, columns),
        "log_var": draw.log_var(f"log_var {purpose}", low, high, rows, columns),
    }


def whole(draw: Draw, purpose: str, count: int, latent_dim: int) -> dict[str, Tensor]:
    return {**pixels(draw, purpose, count), **codes(draw, purpose, count, latent_dim)}


def saturated(given: dict[str, Tensor]) -> dict[str, Tensor]:
    """The batch with a few pixels of recon_x set to exactly 0 or 1."""
    recon_x = given["recon_x"].clone()
    recon_x[:, :9], recon_x[:, -9:] = 0, 1
    return {**given, "recon_x": recon_x}


def correct(function: str, given: dict[str, Tensor], wrt: list[str]) -> tuple[float, dict[str, Tensor]]:
    """The instructor's value, and its gradients with respect to the arguments ``wrt``, in float64."""
    leaves = {name: value.double().requires_grad_(name in wrt) for name, value in given.items()}
    value = getattr(reference.loss, function)(**leaves)
    found = torch.autograd.grad(value, [leaves[name] for name in wrt])
    return float(value), dict(zip(wrt, found, strict=True))


def reconstruction_slack(recon_x: Tensor, x: Tensor) -> Tensor:
    """How much guards of the logarithms may change the gradient with respect to each pixel, in the gradient's units."""
    size = x.flatten(1) / recon_x + (1 - x.flatten(1)) / (1 - recon_x)
    return size * (1e-3 + GUARD / torch.minimum(recon_x, 1 - recon_x))


def reconstruction_tolerance(recon_x: Tensor) -> float:
    """How much guards of the logarithms may change the value: GUARD / p per pixel, plus float32 rounding of the sum."""
    return float((GUARD / torch.minimum(recon_x, 1 - recon_x)).sum()) + 1e-5 * recon_x.numel()


def kl_slack(expected: Tensor) -> Tensor:
    """Rounding, and a guard of up to 1e-6 on a variance of at least exp(-9.9) = 5.0e-5: 2.2 % of at most 1/2."""
    return 1e-3 * expected.abs() + 0.012


def kl_tolerance(given: dict[str, Tensor], value: float) -> float:
    guard = 0.5 * (GUARD / given["log_var"].exp()).sum()
    return 1e-4 * abs(value) + float(guard) + 1e-3


def loss_tolerance(given: dict[str, Tensor], value: float) -> float:
    codes_given = {name: given[name] for name in ("mu", "log_var")}
    return reconstruction_tolerance(given["recon_x"]) + kl_tolerance(codes_given, value)
