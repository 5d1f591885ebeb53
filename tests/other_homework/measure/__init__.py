"""What a student's function computes: a few readings for each stub (see autograder.checks.measured)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import Question, Seen, Unclear
from autograder.homework import homework


def question(stub: str, **arguments: Any) -> Question:
    """A call of a stub."""
    module = homework().file_of(stub).removesuffix(".py")
    return Question("call", {"module": module, "function": stub, "arguments": arguments})


def value(seen: Seen, name: str) -> Any:
    """What the student's function returned. Raises Unclear if the probe sent nothing."""
    answer = seen.answer(name)
    if not isinstance(answer, dict) or "value" not in answer:
        raise Unclear
    return answer["value"]


def normal(seed: int, count: int) -> Tensor:
    return torch.randn(count, generator=torch.Generator().manual_seed(seed))
