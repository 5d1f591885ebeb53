# Generated from the grader's readings: a change here would be overwritten.
"""Turn values into bytes and back: JSON plus safetensors, never pickle.

JSON carries plain values; what JSON can't express is an object with one ``$`` key. The grader decodes
bytes that a student's process chose: every fault in them is a ProtocolError, and the amount to decode is bounded
beforehand. An honest sender measures first, and reports with ``Unencodable`` what it can't send.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

TEXT_LENGTH = 400


@dataclass(frozen=True)
class Array:
    """A tensor as it was seen in the student's process; ``data`` is None if it can't be sent."""

    dtype: str
    shape: tuple[int, ...]
    device: str
    requires_grad: bool
    plain: bool
    data: torch.Tensor | None


@dataclass(frozen=True)
class Foreign:
    """Any other object in the student's process: only the name of its type crosses."""

    type: str


def type_name(value: object) -> str:
    """The name of a value's type, with its module unless that is Python's own."""
    kind = type(value)
    return (kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}")[
        :TEXT_LENGTH
    ]
