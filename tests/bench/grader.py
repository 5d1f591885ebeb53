"""What the measurements share: a grader in this process, like the one in each worker process of a class run."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch

from autograder import intake, isolation
from autograder.homework import homework
from autograder.intake import Submission
from autograder.run import Run
from autograder.sandbox.client import WarmParent


def submission(folder: Path) -> Submission:
    (source,) = intake.find(folder)
    return intake.load(source)


def solution() -> Submission:
    return submission(homework().solution)


def skeleton() -> Submission:
    return submission(homework().handout)


@cache
def run(seed: int) -> Run:
    return Run(homework(), "digits", None, "cpu", seed, "en")


@contextmanager
def warm_parent() -> Iterator[WarmParent]:
    torch.set_num_threads(1)  # as in a worker process
    parent = isolation.launch()
    try:
        yield parent
    finally:
        parent.close()
