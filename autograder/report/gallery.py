"""Pictures for the class page: what each submission's model drew, as one small PNG a submission."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load

from autograder.results import write_atomically

SIDE, SHAPE = 4, (28, 28)  # of the 64 samples 16: enough to see what a model draws, and 1,000 of them load
FOLDER = "pictures"


def write_gallery(out: Path, names: Mapping[str, str]) -> dict[str, str]:
    """Write ``pictures/NAME.png`` for each submission that has samples; submission -> the picture's place.

    ``names`` leads from a submission to its NAME. One without pictures, or with damaged ones, is left out.
    """
    places = {}
    for submission, name in names.items():
        samples = _samples(out / FOLDER / f"{name}.safetensors")
        if samples is not None:
            write_atomically(out / FOLDER / f"{name}.png", contact_sheet(samples), durable=False)
            places[submission] = f"{FOLDER}/{name}.png"
    return places


def contact_sheet(samples: NDArray[np.uint8]) -> bytes:
    """The first images side by side, as PNG."""
    height, width = SHAPE
    sheet = samples[: SIDE * SIDE].reshape(SIDE, SIDE, height, width).swapaxes(1, 2)
    content = io.BytesIO()
    Image.fromarray(sheet.reshape(SIDE * height, SIDE * width)).save(content, "PNG")
    return content.getvalue()


def _samples(path: Path) -> NDArray[np.uint8] | None:
    try:
        samples = load(path.read_bytes())["samples"]
    except (OSError, KeyError, ValueError, SafetensorError):
        return None
    fits = samples.dtype == np.uint8 and samples.shape[1:] == SHAPE and len(samples) >= SIDE * SIDE
    return samples if fits else None
