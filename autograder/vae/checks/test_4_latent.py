"""Task 4, the latent space: generate from the prior, interpolate between codes, restore missing pixels."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.checks import expect
from autograder.checks.expect import Failed
from autograder.vae.checks import noise, reference
from autograder.vae.checks.inputs import Draw, once
from autograder.vae.checks.steps import ROUNDING
from autograder.vae.checks.submission import VaeSubmission
from autograder.vae.checks.toy_models import (
    CODE_DIM,
    PIXEL_TOLERANCE,
    codes_of,
    damaged,
    ends,
    plain_model,
    readable_model,
    slow_model,
)
from autograder.vae.probes import toys
from autograder.vae.probes.standins.model import VAE as StandIn

pytestmark = pytest.mark.part("latent")

CALLS, COUNT = 4, 512
# Fed back 60 times to a network that forgets, like the slow one, errors stay below 4e-7 (12 seeds, against float64).
SETTLED_TOLERANCE = 2e-5
MODELS: dict[str, Callable[[Draw], dict[str, Any]]] = {
    "plain": plain_model,
    "narrow": partial(plain_model, latent_dim=1),
    "readable": readable_model,
    "slow": slow_model,
}


@once
def network(draw: Draw, kind: str) -> StandIn:
    """The grader's own copy of one of the MODELS, for the expected values."""
    spec = MODELS[kind](draw)
    model = StandIn(spec["latent_dim"], spec["hidden_dim"]).eval().requires_grad_(False)
    return toys.loaded(model, spec["state"])


@once
def restored(draw: Draw, kind: str, count: int, iterations: int) -> tuple[Tensor, float]:
    """What the reference restores from ``damaged`` in float64, and the slack for float32: fed back, errors may grow."""
    given = damaged(draw, count, kind)
    rounded = reference.latent.restore(network(draw, kind), **given, iterations=iterations)
    double = {name: value.double() for name, value in given.items()}
    exact = reference.latent.restore(deepcopy(network(draw, kind)).double(), **double, iterations=iterations)
    return exact, ROUNDING * float((rounded - exact).abs().max())


def images_of(answer: dict[str, Any], count: int, called: str) -> Tensor:
    """The returned images, which must have no gradient and lie in [0, 1]."""
    images = expect.tensor(answer["value"], (count, 1, 28, 28), called)
    if answer["value"].requires_grad:
        raise Failed("check.has_gradient", called=called)
    if not bool(((images >= 0) & (images <= 1)).all()):
        raise Failed("latent.range", called=called, lowest=expect.number(images.min().item()),
                     highest=expect.number(images.max().item()))  # fmt: skip
    return images


def check_model_untouched(answer: dict[str, Any], called: str) -> None:
    """The model's parameters are what they were, and can still be trained."""
    if answer.get("changed_parameters") != []:
        raise Failed("check.input_modified", called=called, argument="model")


def generated(submission: VaeSubmission, draw: Draw, count: int) -> Tensor:
    called = f"generate(model, count={count}, device)"
    answer = submission.latent(called, "generate", readable_model(draw), count=count, device="cpu")
    check_model_untouched(answer, called)
    return images_of(answer, count, called)


@pytest.mark.check(points=2)
def test_generate_images(submission: VaeSubmission, draw: Draw) -> None:
    """generate returns images of shape (count, 1, 28, 28) in [0, 1], without gradients"""
    for count in (1, 5):
        generated(submission, draw, count)


@pytest.mark.check(points=3, needs="generate_images")
def test_generate_distribution(submission: VaeSubmission, draw: Draw) -> None:
    """generate decodes codes z drawn independently from N(0, I)"""
    called = f"generate(model, count={COUNT}, device)"
    z = torch.stack([codes_of(draw, generated(submission, draw, COUNT), called) for _ in range(CALLS)])
    z = noise.finite(z, called)
    if not z.std() > 1e-3:
        raise Failed("generate.no_noise", called=called)
    noise.check_spread(z, torch.zeros(COUNT, CODE_DIM))
    noise.check_gaussian(z)
    noise.check_independent(z[0])
    called = "generate(model, count=1, device)"
    noise.check_size(torch.cat([codes_of(draw, generated(submission, draw, 1), called) for _ in range(2)]))


@pytest.mark.check(points=1, needs="generate_images")
def test_generate_fresh(submission: VaeSubmission, draw: Draw) -> None:
    """generate draws new images on every call"""
    called = "generate(model, count=300, device)"
    noise.check_fresh(
        torch.stack([codes_of(draw, generated(submission, draw, 300), called) for _ in range(2)])
    )


@pytest.mark.check(points=1, needs="generate_images")
def test_generate_device(submission: VaeSubmission, draw: Draw) -> None:
    """generate draws its codes on the given device"""
    called = "generate(model, count=3, device)"
    submission.device(
        "latent", called, function="generate", model=readable_model(draw), arguments={"count": 3}
    )


@pytest.mark.check(points=1)
def test_interpolate_images(submission: VaeSubmission, draw: Draw) -> None:
    """interpolate returns images of shape (steps, 1, 28, 28) in [0, 1], without gradients"""
    for steps in (2, 7):
        called = f"interpolate(model, x_start, x_end, steps={steps})"
        answer = submission.latent(called, "interpolate", plain_model(draw), **ends(draw), steps=steps)
        images_of(answer, steps, called)


@pytest.mark.check(points=4, needs="interpolate_images")
def test_interpolate_path(submission: VaeSubmission, draw: Draw) -> None:
    """interpolate decodes even steps from mu(x_start) to mu(x_end), both ends included"""
    given = ends(draw)
    back = {"x_start": given["x_end"], "x_end": given["x_start"]}
    nowhere = {**given, "x_end": given["x_start"].clone()}
    for kind, images, steps in (
        *(("plain", given, steps) for steps in (2, 3, 40)),
        ("plain", back, 4),
        ("plain", nowhere, 3),
        ("narrow", given, 6),
    ):
        called = f"interpolate(model, x_start, x_end, steps={steps})"
        answer = submission.latent(called, "interpolate", MODELS[kind](draw), **images, steps=steps)
        expected = reference.latent.interpolate(network(draw, kind), **images, steps=steps)
        found = images_of(answer, steps, called)
        for index, image in enumerate(found):
            error = (image - expected[index]).abs().max().item()
            if not error <= PIXEL_TOLERANCE:
                raise Failed("interpolate.path", called=called, index=index + 1, steps=steps)


@pytest.mark.check(points=1, needs="interpolate_path")
def test_interpolate_clean(submission: VaeSubmission, draw: Draw) -> None:
    """interpolate leaves its images unchanged and works on another device"""
    called = "interpolate(model, x_start, x_end, steps=4)"
    given = ends(draw)
    answer = submission.latent(called, "interpolate", plain_model(draw), **given, steps=4)
    expect.untouched(answer, given, called)
    check_model_untouched(answer, called)
    arguments = {**given, "steps": 4}
    submission.device("latent", called, function="interpolate", model=plain_model(draw), arguments=arguments)


@pytest.mark.check(points=1)
def test_restore_images(submission: VaeSubmission, draw: Draw) -> None:
    """restore returns images of the shape of x in [0, 1], without gradients"""
    for count in (1, 3):
        called = f"restore(model, x: {count}x1x28x28, known, iterations=2)"
        answer = submission.latent(called, "restore", plain_model(draw), **damaged(draw, count), iterations=2)
        images_of(answer, count, called)


@pytest.mark.check(points=1, needs="restore_images")
def test_restore_known(submission: VaeSubmission, draw: Draw) -> None:
    """restore keeps the known pixels exactly as in x"""
    called = "restore(model, x: 3x1x28x28, known, iterations=3)"
    given = damaged(draw, 3)
    answer = submission.latent(called, "restore", plain_model(draw), **given, iterations=3)
    is_known = given["known"].bool()
    if not torch.equal(images_of(answer, 3, called)[is_known], given["x"][is_known]):
        raise Failed("restore.known_changed", called=called)


@pytest.mark.check(points=4, needs="restore_images")
def test_restore_unknown(submission: VaeSubmission, draw: Draw) -> None:
    """restore fills the unknown pixels: from 0.5, through mu, once per iteration"""
    # The last case is for code that stops when little changes.
    for kind, count, iterations in (("plain", 35, 1), ("narrow", 3, 2), ("plain", 7, 5), ("slow", 3, 60)):
        called = f"restore(model, x: {count}x1x28x28, known, iterations={iterations})"
        given = damaged(draw, count, kind)
        unknown = ~given["known"].bool()
        answer = submission.latent(called, "restore", MODELS[kind](draw), **given, iterations=iterations)
        expected, slack = restored(draw, kind, count, iterations)
        found = images_of(answer, count, called)
        tolerance = slack + (SETTLED_TOLERANCE if kind == "slow" else PIXEL_TOLERANCE)
        expect.all_close(found[unknown], expected[unknown], tolerance, "restore.unknown", called=called)


@pytest.mark.check(points=1, needs="restore_images")
def test_restore_clean(submission: VaeSubmission, draw: Draw) -> None:
    """restore leaves x and known unchanged and works on another device"""
    called = "restore(model, x: 2x1x28x28, known, iterations=2)"
    given = damaged(draw, 2)
    answer = submission.latent(called, "restore", plain_model(draw), **given, iterations=2)
    expect.untouched(answer, given, called)
    check_model_untouched(answer, called)
    arguments = {**given, "iterations": 2}
    submission.device("latent", called, function="restore", model=plain_model(draw), arguments=arguments)
