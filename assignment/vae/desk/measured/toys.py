# Generated from the grader's readings: a change here would be overwritten.
"""What the grader and the student's process both build: loaded models, loaders, made-up losses, a watch for devices.

Nothing here is secret: student code can read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch


def loaded(model: Any, state: Mapping[str, torch.Tensor]) -> Any:
    """The model with the values in ``state`` copied into its parameters, on the device of ``state``.

    Raises AttributeError if the model lacks one of them.
    """
    model.to(next(iter(state.values())).device)
    lacking = model.load_state_dict(state, strict=False).unexpected_keys  # the model may have more
    if lacking:
        raise AttributeError(f"the model has no {lacking[0]}")
    return model
