"""Points scattered around a line, and the line found again."""

import torch
from torch import Tensor

from fit.loss import mean_squared_error


def add_noise(y: Tensor, spread: float) -> Tensor:
    """y plus Gaussian noise: mean 0, standard deviation `spread`, fresh for each element at each call.

    Args:
        y: values of any shape; they stay as they are.
        spread: the standard deviation, above 0.

    Returns:
        A tensor with the shape and dtype of y.
    """
    # TODO 2: Draw noise of the right shape and add it.
    raise NotImplementedError("Task 2: add_noise is not written yet. 아직 작성되지 않았습니다.")


def fit_line(x: Tensor, y: Tensor, steps: int, learning_rate: float) -> list[float]:
    """Fit slope * x + intercept to the points by gradient descent on fit.loss.mean_squared_error.

    Args:
        x, y: the points' coordinates (N,); they stay as they are.
        steps: how many steps of plain gradient descent, from slope 0 and intercept 0.
        learning_rate: what each gradient is multiplied by.

    Returns:
        [slope, intercept] after the last step, two Python floats.
    """
    # TODO 3: Repeat `steps` times: predict, differentiate the error, take one step against the gradient.
    #   - Begin each step with gradients of 0.
    raise NotImplementedError("Task 3: fit_line is not written yet. 아직 작성되지 않았습니다.")
