"""The fixtures of these checks: calls of the student's functions, and what is drawn for the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.checks.remote import RemoteSubmission
from autograder.run import Run, derived_seed

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(submission: RemoteSubmission) -> Ask:
    """``ask(called, function, wrt="", **arguments)``: the answer to one call; messages name it ``called``."""

    def asked(called: str, function: str, wrt: str = "", **arguments: Any) -> dict[str, Any]:
        whole = {"module": submission.part, "function": function, "arguments": arguments, "wrt": wrt}
        return submission.answer("call", called, whole)

    return asked


@pytest.fixture
def draw(run: Run) -> Callable[..., torch.Tensor]:
    """``draw(purpose, *shape)``: standard normal numbers, the same for all submissions of the run."""

    def drawn(purpose: str, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=torch.Generator().manual_seed(derived_seed(run.seed, purpose)))

    return drawn
