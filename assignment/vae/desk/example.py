"""What the instructor's trained model drew, to compare with: pictures as text, no weights. Given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from vae.desk.captions import caption

FOLDER = Path(__file__).with_name("examples")
# One character per pixel, from black to white: the more ink, the brighter.
LEVELS = ".'^,:;Il!i><~+_-?][}{1)(|/tfjrxnuvczXYUJCLQ0OZmwqpdbkhao*#MW&8%B@$"


class Example(NamedTuple):
    """What one model drew.

    Attributes:
        epochs, loss: how long it was trained, and its last mean loss per image in nats.
        reconstructions: of the first test image of each digit, (10, 1, 28, 28).
        samples: from z ~ N(0, I), (K, 1, 28, 28).
    """

    epochs: int
    loss: float
    reconstructions: Tensor
    samples: Tensor

    @property
    def caption(self) -> str:
        """What to expect, and after how long."""
        return caption(
            f"약 이 정도 (교수자 모델, {self.epochs} 에폭, {self.loss} nats)",
            f"about like this (the instructor's model, {self.epochs} epochs, {self.loss} nats)",
        )


def shown(dataset: str, picture: str) -> dict[str, Tensor]:
    """The example's "reconstructions" or "samples" with their caption; nothing if the file is not there or is broken."""
    try:
        example = read(dataset)
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {example.caption: getattr(example, picture)}


def read(dataset: str) -> Example:
    """The example for "digits" or "mnist"."""
    values = json.loads((FOLDER / f"{dataset}.json").read_text(encoding="utf-8"))
    pictures = {name: _images(values.pop(name)) for name in ("reconstructions", "samples")}
    return Example(**values, **pictures)


def _images(texts: list[list[str]]) -> Tensor:
    """Images (K, 1, 28, 28) from 28 lines for each."""
    shades = [[[LEVELS.index(pixel) for pixel in line] for line in lines] for lines in texts]
    return torch.tensor(shades, dtype=torch.float32).div(len(LEVELS) - 1).unsqueeze(1)
