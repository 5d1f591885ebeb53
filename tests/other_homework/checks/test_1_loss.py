"""mean_squared_error, compared with the solution's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor

from autograder.checks import expect, reference

pytestmark = pytest.mark.part("loss")

Ask = Callable[..., dict[str, Any]]
SHAPES = (5,), (3, 7), (1,)


def pair(draw: Callable[..., Tensor], shape: tuple[int, ...]) -> tuple[str, dict[str, Tensor]]:
    """The call as students read it, and its arguments."""
    shown = expect.shape_text(shape)
    given = {name: draw(f"{name} {shown}", *shape) for name in ("prediction", "target")}
    return f"mean_squared_error(prediction: {shown}, target: {shown})", given


@pytest.mark.check(points=4)
def test_error_scalar(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """mean_squared_error returns one number as a 0-dim tensor and leaves its arguments as they were"""
    for shape in SHAPES:
        called, given = pair(draw, shape)
        answer = ask(called, "mean_squared_error", **given)
        expect.scalar(answer["value"], called)
        expect.untouched(answer, given, called)


@pytest.mark.check(points=10, needs="error_scalar")
def test_error_value(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """mean_squared_error is the mean of the squared differences"""
    for shape in SHAPES:
        called, given = pair(draw, shape)
        found = expect.scalar(ask(called, "mean_squared_error", **given)["value"], called)
        right = float(reference.module("loss").mean_squared_error(**given))
        expect.close(found, right, 1e-4 * right + 1e-6, called, "mean_squared_error.value")


@pytest.mark.check(points=6, needs="error_scalar")
def test_error_gradient(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """Gradients of mean_squared_error reach the prediction and are right"""
    for shape in SHAPES:
        called, given = pair(draw, shape)
        answer = ask(called, "mean_squared_error", wrt="prediction", **given)
        found = expect.gradient(answer, "prediction", given["prediction"], called)
        right = 2 * (given["prediction"] - given["target"]) / given["target"].numel()
        expect.all_close(found, right, 1e-5, "mean_squared_error.gradient", called=called)
