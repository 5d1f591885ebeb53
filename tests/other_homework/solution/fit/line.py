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
    return y + spread * torch.randn_like(y)


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
    line = torch.zeros(2, requires_grad=True)
    for _ in range(steps):
        error = mean_squared_error(line[0] * x + line[1], y)
        (gradient,) = torch.autograd.grad(error, line)
        line = (line - learning_rate * gradient).detach().requires_grad_()
    return line.tolist()
