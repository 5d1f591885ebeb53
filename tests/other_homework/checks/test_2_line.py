"""add_noise judged by its statistics, fit_line step by step.

Each statistic may be 6 of its own standard deviations off. Right code exceeds that less than once in 100 million times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.checks import expect
from autograder.checks.expect import Failed
from other_homework.probes.standins.loss import mean_squared_error

pytestmark = pytest.mark.part("line")

Ask = Callable[..., dict[str, Any]]
COUNT, SIGMAS = 20_000, 6
TASKS = ((7, 1, 0.1), (5, 4, 0.02))  # points, steps, learning rate


@pytest.mark.check(points=2)
def test_noise_shape(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """add_noise returns a tensor of y's shape and dtype and leaves y as it was"""
    for shape in ((6,), (2, 3), (1,)):
        y, called = draw(f"y {shape}", *shape), f"add_noise(y: {expect.shape_text(shape)}, spread=0.5)"
        answer = ask(called, "add_noise", y=y, spread=0.5)
        expect.tensor(answer["value"], shape, called)
        expect.untouched(answer, {"y": y}, called)


@pytest.mark.check(points=6, needs="noise_shape")
def test_noise_spread(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """The noise is Gaussian with mean 0 and the standard deviation that was asked for"""
    y = draw("y many", COUNT)
    for spread in (0.2, 3.0):
        called = f"add_noise(y: {COUNT}, spread={spread})"
        value = expect.tensor(ask(called, "add_noise", y=y, spread=spread)["value"], y.shape, called)
        noise = (value.double() - y.double()) / spread
        mean, deviation = float(noise.mean()), float(noise.std())
        expect.close(mean, 0, SIGMAS * COUNT**-0.5, called, "add_noise.mean")
        expect.close(
            spread * deviation, spread, SIGMAS * spread * (2 * COUNT) ** -0.5, called, "add_noise.spread"
        )
        beyond = float((noise.abs() > 2).double().mean())  # 4.55 % for a normal distribution
        expect.close(100 * beyond, 4.55, 100 * SIGMAS * (0.0455 / COUNT) ** 0.5, called, "add_noise.tails")


@pytest.mark.check(points=4, needs="noise_shape")
def test_noise_fresh(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """add_noise draws new noise for each element at each call"""
    y, called = draw("y fresh", 8), "add_noise(y: 8, spread=1.0), twice"
    first, second = (
        expect.tensor(ask(called, "add_noise", y=y, spread=1.0)["value"], y.shape, called) - y
        for _ in range(2)
    )
    if bool(((first - second).abs() < 1e-6).any()):
        raise Failed("add_noise.repeated", called=called)
    if bool(((first[1:] - first[0]).abs() < 1e-6).any()):
        raise Failed("add_noise.shared", called=called)


def tasks(draw: Callable[..., Tensor]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each call as students read it, and its arguments."""
    for count, steps, learning_rate in TASKS:
        x, y = draw(f"x {count}", count), draw(f"y {count}", count)
        called = f"fit_line(x: {count}, y: {count}, steps={steps}, learning_rate={learning_rate})"
        yield called, {"x": x, "y": y, "steps": steps, "learning_rate": learning_rate}


def fitted(x: Tensor, y: Tensor, steps: int, learning_rate: float) -> list[float]:
    """Slope and intercept after gradient descent on the stand-in loss, which the student's process has too."""
    line = torch.zeros(2, dtype=torch.float64)
    for _ in range(steps):
        line.requires_grad_()
        (gradient,) = torch.autograd.grad(mean_squared_error(line[0] * x + line[1], y), line)
        line = line.detach() - learning_rate * gradient
    return line.tolist()


@pytest.mark.check(points=6)
def test_fit_floats(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """fit_line returns slope and intercept as two Python floats and leaves the points as they were"""
    for called, given in tasks(draw):
        answer = ask(called, "fit_line", **given)
        value = answer["value"]
        if not isinstance(value, list) or [type(each) for each in value] != [float, float]:
            raise Failed(
                "fit_line.floats", called=called, returned=expect.describe(value), expected="[float, float]"
            )
        expect.untouched(answer, {name: given[name] for name in ("x", "y")}, called)


@pytest.mark.check(points=12, needs="fit_floats")
def test_fit_values(ask: Ask, draw: Callable[..., Tensor]) -> None:
    """fit_line takes exactly the steps of gradient descent that it was asked for"""
    for called, given in tasks(draw):
        found, right = ask(called, "fit_line", **given)["value"], fitted(**given)
        for which, one, other in zip(("slope", "intercept"), found, right, strict=True):
            if not abs(one - other) <= 1e-4 * max(1, abs(other)):
                shown = {"returned": expect.number(one), "expected": expect.number(other)}
                raise Failed("fit_line.value", called=called, which=which, **shown)
