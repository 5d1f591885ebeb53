"""What the measurements share: a grader in this process, as each of a class run's worker processes is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from autograder import intake, isolation, kit
from autograder.intake import Submission
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.settings import settings


def submission(folder: Path) -> Submission:
    (source,) = intake.find(folder)
    return intake.load(source)


def solution() -> Submission:
    return submission(kit.SOLUTION)


def skeleton() -> Submission:
    return submission(kit.HANDOUT)


def run(seed: int) -> Run:
    return Run(settings(), "digits", None, "cpu", seed, "en")


@contextmanager
def warm_parent() -> Iterator[WarmParent]:
    torch.set_num_threads(1)  # as in a worker process
    parent = WarmParent.launch(isolation.at_most())
    try:
        yield parent
    finally:
        parent.close()
