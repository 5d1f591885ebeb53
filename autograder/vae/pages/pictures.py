"""The pictures of a submission's trained model: small arrays, made during grading and drawn when pages are written.

They are stored next to the results, one file per submission, and hold nothing secret: images of the public data
set and what the model makes of them, with the pixels in their original order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

HIDDEN_FROM_ROW = 14  # restoration: the rows from here on are hidden
DIGITS, SAMPLES, STEPS_BETWEEN, CODES, EPOCHS = 10, 64, 9, 300, 1000
MAX_BYTES = 200_000  # a file is about half as large
FORMAT = "pictures 1"
WORDS = {"steps": int, "dataset": str, "digest": str}

Images = NDArray[np.uint8]
Numbers = NDArray[np.float32]
# dtype and largest shape: only the first dimension may be smaller, and that of images may not.
SIZES: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "originals": ("uint8", (DIGITS, 28, 28)),
    "average": ("uint8", (1, 28, 28)),
    "reconstructions": ("uint8", (DIGITS, 28, 28)),
    "samples": ("uint8", (SAMPLES, 28, 28)),
    "interpolation": ("uint8", (STEPS_BETWEEN, 28, 28)),
    "restored": ("uint8", (DIGITS, 28, 28)),
    "codes": ("float32", (CODES, 2)),
    "labels": ("uint8", (CODES,)),
    "losses": ("float32", (EPOCHS,)),
}


@dataclass(frozen=True, eq=False)
class Pictures:
    """One model's pictures after ``steps`` steps of training; images are (K, 28, 28), black 0 and white 255.

    ``originals`` are test images, one per digit, and ``average`` is the mean training image. ``codes`` (K, 2)
    are mean codes of test images in the plane where they vary most, with the digits ``labels``. ``losses``
    are what ``train`` reported, and empty if that was not a list of numbers. ``digest`` is the submission's.
    """

    originals: Images
    average: Images
    reconstructions: Images
    samples: Images
    interpolation: Images
    restored: Images
    codes: Numbers
    labels: Images
    losses: Numbers
    steps: int
    dataset: str
    digest: str

    def to_bytes(self) -> bytes:
        """The content of the file."""
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in SIZES}
        words = {"steps": self.steps, "dataset": self.dataset, "digest": self.digest}
        # All in one entry: the order of several is random, and equal pictures must give equal bytes.
        return safetensors.numpy.save(arrays, metadata={FORMAT: json.dumps(words)})


def read(path: Path, digest: str | None = None) -> Pictures | None:
    """The pictures in a file; None if the file is missing or damaged, or belongs to another submission."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        with safetensors.safe_open(path, framework="numpy") as file:
            words = json.loads((file.metadata() or {})[FORMAT])
            arrays = {name: file.get_tensor(name) for name in SIZES}
    except (OSError, ValueError, KeyError, TypeError, RecursionError, safetensors.SafetensorError):
        return None
    if not isinstance(words, dict) or {name: type(word) for name, word in words.items()} != WORDS:
        return None
    if not all(_fits(arrays[name], *SIZES[name]) for name in SIZES):
        return None
    if len(arrays["codes"]) != len(arrays["labels"]) or bool((arrays["labels"] >= DIGITS).any()):
        return None
    if digest is not None and words["digest"] != digest:
        return None
    return Pictures(**arrays, **words)


def _fits(array: NDArray[Any], dtype: str, shape: tuple[int, ...]) -> bool:
    sized = array.ndim == len(shape) and array.shape[1:] == shape[1:] and array.shape[0] <= shape[0]
    whole = dtype == "uint8" and len(shape) == 3  # no image may be missing
    return (
        str(array.dtype) == dtype
        and sized
        and (array.shape == shape or not whole)
        and bool(np.isfinite(array).all())
    )
