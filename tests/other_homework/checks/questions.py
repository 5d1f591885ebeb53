"""The probes that tell known mistakes apart: another call or two of each stub, always with the same inputs."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checks.diagnosis import Call
from autograder.homework import homework

X = torch.tensor([-1.5, -0.5, 0.25, 1.0])
Y = torch.tensor([2.0, 0.5, -1.0, -1.5])


def calls(stub: str) -> tuple[Call, ...]:
    """The probes that tell a stub's known mistakes apart, with their arguments."""
    asked: dict[str, list[dict[str, Any]]] = {
        "mean_squared_error": [{"arguments": {"prediction": X, "target": Y}, "wrt": "prediction"}],
        "add_noise": [{"arguments": {"y": Y, "spread": spread}} for spread in (0.5, 2.0)],
        "fit_line": [{"arguments": {"x": X, "y": Y, "steps": 3, "learning_rate": 0.02}}],
    }
    module = homework().file_of(stub).removesuffix(".py")
    return tuple(("call", {"module": module, "function": stub, **each}) for each in asked[stub])
