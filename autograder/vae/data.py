"""Which data of the homework lie on this machine, and whether they can be loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autograder.messages import Message

MNIST_FILES = 4


def fault(dataset: str, root: Path | None) -> str:
    """Why the images of a data set can't be had, in both languages; empty where they can. Downloads MNIST if need be."""
    from autograder.vae.checks import short_run
    from autograder.vae.checks.reference import data

    try:
        for train in (True, False):
            short_run.images_of(dataset, root, train)
    except data.DataUnavailable as error:
        return str(error)
    return ""


def found(root: Path | None) -> Iterator[tuple[bool, Message]]:
    """Whether each of them is there, and what to say of it. Only --dataset mnist needs MNIST."""
    place = Path(root or os.environ.get("VAE_DATA_ROOT") or "~/.cache/vae-assignment").expanduser()
    try:
        files = {file.name.partition(".")[0] for file in (place / "MNIST" / "raw").glob("*-ubyte*")}
    except OSError:
        files = set()
    there = len(files) == MNIST_FILES
    yield there, Message("doctor.mnist" if there else "doctor.no_mnist", {"path": place})
