"""The public checks. Given."""

import torch

from fit.line import add_noise, fit_line
from fit.loss import mean_squared_error


def test_mean_squared_error():
    assert float(mean_squared_error(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 0.0]))) == 5


def test_add_noise():
    assert not torch.equal(add_noise(torch.zeros(9), 1.0), add_noise(torch.zeros(9), 1.0))


def test_fit_line():
    slope, intercept = fit_line(torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([-1.0, 1.0, 3.0]), 200, 0.2)
    assert abs(slope - 2) < 1e-3 and abs(intercept - 1) < 1e-3
