"""Which of the homework's data sets are on this machine, and whether they can be loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autograder.messages import Message

MNIST_FILES = 4


def fault(dataset: str, root: Path | None) -> str:
    """Why the images of a data set can't be loaded, in both languages; empty if they can. Downloads MNIST if needed."""
    from autograder.vae.checks import short_run
    from autograder.vae.checks.reference import data

    try:
        for train in (True, False):
            short_run.images_of(dataset, root, train)
    except data.DataUnavailable as error:
        return str(error)
    return ""


def found(root: Path | None) -> Iterator[tuple[bool, Message]]:
    """Whether MNIST is there, and the message about it. Only --dataset mnist needs it."""
    place = Path(root or os.environ.get("VAE_DATA_ROOT") or "~/.cache/vae-assignment").expanduser()
    try:
        files = {file.name.partition(".")[0] for file in (place / "MNIST" / "raw").glob("*-ubyte*")}
    except OSError:
        files = set()
    there = len(files) == MNIST_FILES
    yield there, Message("doctor.mnist" if there else "doctor.no_mnist", {"path": place})
