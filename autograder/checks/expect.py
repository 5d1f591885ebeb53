"""Expectations: each raises ``Failed`` with a message for the student, or returns what was expected.

Only a finite value of the right type, shape and dtype can pass. Comparisons are written as "must be at
most", never as "must not be more than", which NaN would satisfy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from autograder.sandbox.encoding import Array, Foreign
from autograder.sandbox.ends import StudentRaised


class Failed(Exception):
    """The submission does not do what was expected; ``message_id`` and ``values`` become the student's feedback."""

    def __init__(self, message_id: str, misconception: str | None = None, **values: Any) -> None:
        super().__init__(message_id, values)
        self.message_id, self.misconception, self.values = message_id, misconception, values


def shape_text(shape: Sequence[int]) -> str:
    """A shape as people write it: ``5x7``, or ``scalar`` for a 0-dim tensor."""
    return "x".join(map(str, shape)) if shape else "scalar"


def describe(value: Any) -> str:
    """What came back, in a few words that need no translation."""
    if isinstance(value, Array):
        return f"{value.dtype} tensor ({shape_text(value.shape)})"
    if isinstance(value, Foreign):
        return value.type
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__} of length {len(value)}"
    if isinstance(value, (bool, int, float)):
        return f"{type(value).__name__} {value:.6g}"
    return type(value).__name__


def number(value: float) -> str:
    return f"{value:.6g}"


def tensor(value: Any, shape: Sequence[int], called: str, dtype: str = "float32") -> Tensor:
    """The data of a plain, finite tensor of this shape and dtype, on the CPU or a GPU."""
    expected = f"{dtype} tensor ({shape_text(shape)})"
    if not isinstance(value, Array):
        raise Failed("check.not_a_tensor", called=called, returned=describe(value), expected=expected)
    if not value.plain:
        raise Failed("check.tensor_subclass", called=called, expected=expected)
    if value.shape != tuple(shape):
        raise Failed("check.shape", called=called, returned=describe(value), expected=expected)
    if value.dtype != dtype:
        raise Failed("check.dtype", called=called, returned=describe(value), expected=expected)
    # A run on a GPU answers from cuda.
    if value.data is None or value.device.partition(":")[0] not in ("cpu", "cuda"):
        raise Failed("check.device", called=called, returned=value.device, expected="cpu")
    if not bool(torch.isfinite(value.data).all()):
        raise Failed("check.not_finite", called=called)
    return value.data


def scalar(value: Any, called: str) -> float:
    """The number in a finite 0-dim tensor of float32 or float64."""
    double = isinstance(value, Array) and value.dtype == "float64"
    return float(tensor(value, (), called, "float64" if double else "float32"))


def gradient(answer: dict[str, Any], name: str, like: Tensor, called: str) -> Tensor:
    """The gradient with respect to one argument, of the shape of ``like``."""
    found = answer["gradients"].get(name)
    if found is None:
        raise Failed("check.no_gradient", called=called, argument=name)
    return tensor(found, like.shape, called)


def close(value: float, expected: float, tolerance: float, called: str, message: str = "check.value") -> None:
    if not abs(value - expected) <= tolerance:
        raise Failed(message, called=called, returned=number(value), expected=number(expected))


def all_close(
    found: Tensor,
    expected: Tensor,
    tolerance: Tensor | float,
    message: str,
    misconception: str | None = None,
    **values: Any,
) -> None:
    """Require every element to be within its tolerance. The message gets the largest error and the share that is off."""
    error = (found.double() - expected.double()).abs()
    wrong = ~(error <= tolerance)
    if bool(wrong.any()):
        share = wrong.double().mean().item()
        size = {"share": f"{100 * share:.3g} %", "largest": number(error.max().item())}
        raise Failed(message, misconception, **size, **values)


def untouched(answer: dict[str, Any], given: dict[str, Tensor], called: str) -> None:
    """Require every argument to be exactly equal to what it was before the call."""
    for name, before in given.items():
        after = answer["after"].get(name)
        if not isinstance(after, Array) or after.data is None or not torch.equal(after.data, before):
            raise Failed("check.input_modified", called=called, argument=name)


@contextmanager
def ending_as(message_id: str, **values: Any) -> Iterator[None]:
    """Fail with this message if a comparison inside fails in any way, or student code raises."""
    try:
        yield
    except (Failed, StudentRaised):
        shown = {name: number(value) if isinstance(value, float) else value for name, value in values.items()}
        raise Failed(message_id, **shown) from None
