"""How far a prediction lies from what was measured."""

import torch
from torch import Tensor


def mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean of the squared differences, over all elements.

    Args:
        prediction, target: tensors of one shape.

    Returns:
        A 0-dim tensor, through which gradients reach both.
    """
    # TODO 1: Return the mean by the formula 1/N sum_i (prediction_i - target_i)^2.
    raise NotImplementedError("Task 1: mean_squared_error is not written yet. 아직 작성되지 않았습니다.")
