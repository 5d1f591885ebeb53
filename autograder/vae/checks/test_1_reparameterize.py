"""Task 1, reparameterize: z = mu + sigma * epsilon (Kingma & Welling 2013, equation 10)."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.checks import expect
from autograder.checks.expect import Failed
from autograder.sandbox.encoding import Array
from autograder.vae.checks import noise
from autograder.vae.checks.inputs import WIDEST, Draw
from autograder.vae.checks.submission import VaeSubmission

pytestmark = pytest.mark.part("reparameterize")

CALLS, ROWS, COLUMNS = 6, 512, 33  # 33 is odd, for code that draws noise in pairs
MODES = {True: "", False: " after model.eval()"}


def called(mu: Tensor, mode: str = "") -> str:
    shape = expect.shape_text(mu.shape)
    return f"reparameterize(mu: {shape}, log_var: {shape}){mode}"


def pair(draw: Draw, purpose: str, rows: int, columns: int) -> dict[str, Tensor]:
    """mu and log_var (rows, columns), log_var over nearly all of the promised [-10, 10]."""
    return {
        "mu": 3 * draw.normal(f"mu {purpose}", rows, columns),
        "log_var": draw.log_var(f"log_var {purpose}", -WIDEST, WIDEST, rows, columns),
    }


def standardised(answers: list[dict[str, Any]], mu: Tensor, log_var: Tensor, what: str) -> Tensor:
    """epsilon (C, N, D), computed from each z, however it was drawn."""
    drawn = []
    for answer in answers:
        value = answer["value"]
        if isinstance(value, Array) and value.plain and value.data is not None and value.shape == mu.shape:
            drawn.append((value.data.double() - mu.double()) / (0.5 * log_var.double()).exp())
        else:
            expect.tensor(value, mu.shape, what)
            raise Failed("check.not_finite", called=what)
    epsilon = noise.finite(torch.stack(drawn), what)
    if not epsilon.abs().max() > 1e-3:
        raise Failed("noise.none", called=what)
    return epsilon


@pytest.fixture
def many(submission: VaeSubmission, draw: Draw) -> tuple[Tensor, Tensor]:
    """Standardised noise (C, N, D) of several calls, and the log_var it was drawn for."""
    given = pair(draw, "many", ROWS, COLUMNS)
    what = called(given["mu"])
    answers = submission.once(what, lambda: submission.reparameterize(what, **given, calls=CALLS))
    return standardised(answers, **given, what=what), given["log_var"]


@pytest.mark.check(points=2)
def test_reparameterize_shape(submission: VaeSubmission, draw: Draw) -> None:
    """z has mu's shape and dtype: any batch size, any latent dimension, views too"""
    for rows, columns, as_views in ((1, 20, False), (5, 3, False), (7, 20, True), (3, 1, True)):
        given = pair(draw, f"shape {rows}", rows, columns)
        (answer,) = submission.reparameterize(called(given["mu"]), **given, as_views=as_views)
        expect.tensor(answer["value"], (rows, columns), called(given["mu"]))


@pytest.mark.check(points=3, needs="reparameterize_shape")
def test_reparameterize_gradient_mu(submission: VaeSubmission, draw: Draw) -> None:
    """Gradients reach mu: moving mu by one moves z by one"""
    given = pair(draw, "gradient", 9, 6)
    weights = draw.normal("weights", 9, 6)
    for training, mode in MODES.items():
        what = called(given["mu"], mode)
        (answer,) = submission.reparameterize(what, **given, cotangent=weights, training=training)
        found = expect.gradient(answer, "mu", weights, what)
        # Exact but for rounding: dz/dmu = 1.
        tolerance = 1e-4 * weights.abs() + 1e-6
        expect.all_close(found, weights, tolerance, "reparameterize.gradient_mu", called=what)


@pytest.mark.check(points=4, needs="reparameterize_shape")
def test_reparameterize_gradient_log_var(submission: VaeSubmission, draw: Draw) -> None:
    """Gradients reach log_var and match the distance of z from mu"""
    given = pair(draw, "gradient", 9, 6)
    weights = draw.normal("weights", 9, 6)
    for training, mode in MODES.items():
        what = called(given["mu"], mode)
        (answer,) = submission.reparameterize(what, **given, cotangent=weights, training=training)
        z = expect.tensor(answer["value"], weights.shape, what)
        found = expect.gradient(answer, "log_var", weights, what)
        # dz/dlog_var = (z - mu) / 2 for every z = mu + exp(log_var / 2) * epsilon, however epsilon was drawn.
        # Tolerance: z - mu loses what float32 rounds off z, and a stabiliser of up to 1e-6 on the standard
        # deviation (at least exp(-9.9 / 2) = 0.0071) changes it by 1.4e-4 of itself.
        expected = weights * (z - given["mu"]) / 2
        rounding = 1e-6 * (z.abs() + given["mu"].abs()) * weights.abs()
        tolerance = 1e-3 * expected.abs() + rounding + 1e-7
        expect.all_close(found, expected, tolerance, "reparameterize.gradient_log_var", called=what)


@pytest.mark.check(points=4, needs="reparameterize_shape")
def test_reparameterize_spread(submission: VaeSubmission, draw: Draw, many: tuple[Tensor, Tensor]) -> None:
    """z spreads around mu with the standard deviation given by log_var, narrow or wide"""
    noise.check_spread(*many)
    given = pair(draw, "one image", 1, 32)
    what = called(given["mu"])
    answers = submission.reparameterize(what, **given, calls=CALLS)
    noise.check_spread(standardised(answers, **given, what=what), given["log_var"])


@pytest.mark.check(points=1, needs="reparameterize_spread")
def test_reparameterize_gaussian(many: tuple[Tensor, Tensor]) -> None:
    """The noise is Gaussian"""
    noise.check_gaussian(many[0])


@pytest.mark.check(points=2, needs="reparameterize_shape")
def test_reparameterize_independent(many: tuple[Tensor, Tensor]) -> None:
    """Every image and every latent dimension gets its own noise"""
    noise.check_independent(many[0][0])


@pytest.mark.check(points=2, needs="reparameterize_shape")
def test_reparameterize_fresh(submission: VaeSubmission, draw: Draw, many: tuple[Tensor, Tensor]) -> None:
    """Every call draws new noise, in training mode and in evaluation mode"""
    noise.check_fresh(many[0])
    given = pair(draw, "many", ROWS, COLUMNS)
    what = called(given["mu"], " after model.eval(), with torch.no_grad()")
    answers = submission.reparameterize(what, **given, calls=2, training=False, no_grad=True)
    epsilon = standardised(answers, **given, what=what)
    noise.check_fresh(epsilon)
    noise.check_equally_large(many[0], epsilon, what)
    noise.check_of_one_kind(many[0], epsilon, many[1], what)


@pytest.mark.check(points=1, needs="reparameterize_shape")
def test_reparameterize_inputs_untouched(submission: VaeSubmission, draw: Draw) -> None:
    """mu and log_var are left unchanged"""
    given = pair(draw, "untouched", 4, 5)
    (answer,) = submission.reparameterize(called(given["mu"]), **given)
    expect.untouched(answer, given, called(given["mu"]))


@pytest.mark.check(points=1, needs="reparameterize_shape")
def test_reparameterize_device(submission: VaeSubmission, draw: Draw) -> None:
    """The noise is created on mu's device, so it also works on a GPU"""
    given = pair(draw, "device", 3, 4)
    submission.device("reparameterize", called(given["mu"]), **given)
