# Generated from the grader's readings: a change here would be overwritten.
"""Random inputs within the bounds that the hand-out promises: the checks draw them from the secret seed of a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import torch
from torch import Tensor

from vae.desk.measured.run import derived_seed

P = ParamSpec("P")
T = TypeVar("T")

# log_var and reconstructions reach nearly to the promised bounds: a clamp exactly at those changes nothing.
WIDEST, LEAST = 9.9, 1.1e-4


@dataclass(frozen=True)
class Draw:
    """Random inputs within the bounds that the hand-out promises. ``kept``: the cache of ``once``."""

    seed: int
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, run: Run) -> Draw:
        """The Draw of a run, always the same object."""
        return run.once(cls, run.seed)

    def _generator(self, purpose: str) -> torch.Generator:
        return torch.Generator().manual_seed(derived_seed(self.seed, purpose))

    def normal(self, purpose: str, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self._generator(purpose))

    def uniform(self, purpose: str, low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*shape, generator=self._generator(purpose))

    def log_var(self, purpose: str, low: float, high: float, *shape: int) -> Tensor:
        """Uniform, but the smallest eighth is exactly low and the largest exactly high, so a tighter clamp shows."""
        values = self.uniform(purpose, low, high, *shape).flatten()
        order = values.argsort()
        eighth = len(values) // 8
        values[order[:eighth]], values[order[len(values) - eighth :]] = low, high
        return values.reshape(shape)

    def permutation(self, purpose: str, count: int) -> Tensor:
        return torch.randperm(count, generator=self._generator(purpose))

    def images(self, purpose: str, count: int) -> Tensor:
        """Grey images (count, 1, 28, 28) in [0, 1], with some pixels pure black or white."""
        grey = self.uniform(purpose, -0.3, 1.3, count, 1, 28, 28)
        return grey.clamp(0, 1)

    def probabilities(self, purpose: str, count: int) -> Tensor:
        """Reconstructions (count, 784) from LEAST to 1 - LEAST, nearly the promised bounds."""
        edge = math.log(LEAST / (1 - LEAST))
        logits = 4 * self.normal(purpose, count, 784)
        return torch.sigmoid(logits.clamp(edge, -edge)).clamp(LEAST, 1 - LEAST)

    def strokes(self, purpose: str, count: int) -> Tensor:
        """Images (count, 1, 28, 28) like MNIST's: four of five pixels are black, and most of the others are white."""
        height = self.uniform(purpose, -4, 1, count, 1, 28, 28)
        return (3 * height).clamp(0, 1)

    def mask(self, purpose: str, count: int) -> Tensor:
        """Which pixels are known (count, 1, 28, 28): float32, exactly 0 or 1, about half of them 1."""
        return (self.uniform(purpose, 0, 1, count, 1, 28, 28) < 0.5).float()


def once(make: Callable[Concatenate[Draw, P], T]) -> Callable[Concatenate[Draw, P], T]:
    """Cache what a function returns for each Draw and its other arguments, as long as the Draw lives."""

    @wraps(make)
    def kept(draw: Draw, /, *args: P.args, **kwargs: P.kwargs) -> T:
        asked = make, args, tuple(sorted(kwargs.items()))
        if asked not in draw.kept:
            draw.kept[asked] = make(draw, *args, **kwargs)
        made: T = draw.kept[asked]
        return made

    return kept
