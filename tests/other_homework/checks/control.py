"""Tests of the instructor's solution for the control: a formula here, and one call of each file in a sealed process."""

from __future__ import annotations

import torch

from autograder.checks import expect, reference
from autograder.messages import Message
from autograder.run import Run
from autograder.sandbox.conversation import Student

PREDICTION, TARGET = torch.tensor([1.0, 2.0]), torch.tensor([0.5, -1.0])


def formula_fault() -> Message | None:
    """A message if the solution's error differs from torch's, else None. Checks can't tell: they expect the same."""
    found = float(reference.module("loss").mean_squared_error(PREDICTION, TARGET))
    right = float(torch.nn.functional.mse_loss(PREDICTION, TARGET))
    if abs(found - right) <= 1e-6:
        return None
    values = {"found": expect.number(found), "right": expect.number(right)}
    return Message("control.formula", {"name": "mean_squared_error", **values})


def call_each(process: Student, run: Run) -> None:
    """Call one function of each file. Raises what the sandbox raises, and Failed for a wrong type or shape."""
    pair = {"prediction": PREDICTION, "target": TARGET}
    answer = process.ask("call", module="loss", function="mean_squared_error", arguments=pair)
    expect.scalar(answer["value"], "control")
    noisy = {"y": TARGET, "spread": 1.0}
    answer = process.ask("call", module="line", function="add_noise", arguments=noisy)
    expect.tensor(answer["value"], TARGET.shape, "control")
