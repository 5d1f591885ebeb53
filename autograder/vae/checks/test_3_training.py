"""Task 3, training, judged step by step on a small model whose parameters after k steps can have only one value.

The model, its loss and its fixed noise are stand-ins: a mistake in another file costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch

from autograder.checks import expect
from autograder.checks.expect import Failed
from autograder.sandbox.encoding import Array
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.steps import Trajectory, check_parameters, history, trained
from autograder.vae.checks.submission import VaeSubmission
from autograder.vae.checks.toy_models import (
    BATCH_SIZE,
    BUSY_BATCHES,
    BUSY_EPOCHS,
    EPOCHS,
    IMAGES,
    LARGE,
    LEARNING_RATE,
    LONG_EPOCH,
    OVERSHOOTING_EPOCHS,
    PATIENT_EPOCHS,
    WIDE_BATCH,
    WIDE_REST,
    busy_task,
    epoch_task,
    long_task,
    one_batch,
    overshooting_task,
    patient_task,
    train_task,
    wide_task,
)

pytestmark = pytest.mark.part("training")

Task = Callable[[Draw], dict[str, Any]]


def epoch_called(loader: str) -> str:
    return f"train_epoch(model, loader of {loader}, loss_function, SGD, device)"


def train_called(images: int, epochs: int, learning_rate: float) -> str:
    return f"train(model, loader of {images} images, epochs={epochs}, learning_rate={learning_rate}, device)"


EPOCH = epoch_called(f"{IMAGES} images in batches of {BATCH_SIZE}")
LONG = epoch_called(f"{LONG_EPOCH} batches of one image")
WIDE = epoch_called(f"batches of {WIDE_BATCH} and {WIDE_REST} images")
TRAIN = train_called(IMAGES, EPOCHS, LEARNING_RATE)
OVERSHOOTING = train_called(BATCH_SIZE, OVERSHOOTING_EPOCHS, 0.5) + ", where the loss rises"
BUSY = train_called(BUSY_BATCHES, BUSY_EPOCHS, 1e-2) + ", in batches of one image"
PATIENT = train_called(BATCH_SIZE, PATIENT_EPOCHS, 1e-9)
# Keyed by the call as students read it. A function's plainest task comes first: a mistake shows there if it can.
TASKS: dict[str, Task] = {
    EPOCH: epoch_task,
    LONG: long_task,
    WIDE: wide_task,
    TRAIN: train_task,
    OVERSHOOTING: overshooting_task,
    BUSY: busy_task,
    PATIENT: patient_task,
}


def outcome(submission: VaeSubmission, draw: Draw, called: str) -> tuple[dict[str, Any], Trajectory]:
    """The outcome of the student's training on a task, run once for all checks, and the expected outcome."""
    expected = trained(draw, TASKS[called])
    train = submission.train_epoch if "optimizer" in expected.task else submission.train
    return submission.once(called, partial(train, called, **expected.task, device="cpu")), expected


def check_noise(answer: dict[str, Any], called: str) -> None:
    """Each batch was sampled with noise of its own."""
    if answer.get("fresh_noise") is not True:
        raise Failed("training.noise_repeats", called=called)


def check_mean_loss(answer: dict[str, Any], expected: float, tolerance: float, called: str) -> None:
    """The returned value is a Python float and the expected one, with float32 sums accumulated in any order."""
    value = answer["value"]
    if type(value) is not float:
        raise Failed("check.not_a_float", called=called, returned=expect.describe(value), expected="float")
    expect.close(value, expected, tolerance, called, "train_epoch.mean_loss")


def check_history(answer: dict[str, Any], expected: Trajectory, called: str) -> None:
    """The returned value is a list of the expected losses."""
    losses = history(answer["value"], len(expected.losses), called)
    for found, right in zip(losses, expected.losses, strict=True):
        expect.close(found, right, 2e-4 * abs(right), called, "train.history")


@pytest.mark.check(points=5)
def test_train_epoch_parameters(submission: VaeSubmission, draw: Draw) -> None:
    """train_epoch takes exactly the right step for every batch, in training mode"""
    for called in (EPOCH, LONG, WIDE):
        answer, expected = outcome(submission, draw, called)
        check_parameters(answer, expected, called, "train_epoch.parameters")
        check_noise(answer, called)


@pytest.mark.check(points=4)
def test_train_epoch_mean_loss(submission: VaeSubmission, draw: Draw) -> None:
    """train_epoch returns the epoch's mean loss per image as a Python float"""
    for called in (EPOCH, LONG, WIDE):
        answer, expected = outcome(submission, draw, called)
        (mean,) = expected.losses
        # The losses of the long epoch have either sign and may nearly cancel.
        size = LARGE if called == LONG else abs(mean)
        check_mean_loss(answer, mean, 1e-4 * size, called)


@pytest.mark.check(points=1)
def test_train_epoch_images_untouched(submission: VaeSubmission, draw: Draw) -> None:
    """train_epoch leaves the dataset's images unchanged"""
    answer, expected = outcome(submission, draw, EPOCH)
    images, before = answer["images"], expected.task["data"]["images"]
    if not isinstance(images, Array) or images.data is None or not torch.equal(images.data, before):
        raise Failed("check.input_modified", called=EPOCH, argument="images")


@pytest.mark.check(points=1, needs="train_epoch_parameters")
def test_train_epoch_device(submission: VaeSubmission, draw: Draw) -> None:
    """train_epoch moves every batch to the given device"""
    given = one_batch(epoch_task(draw))
    submission.device("train_epoch", EPOCH, **given)


@pytest.mark.check(points=5)
def test_train_parameters(submission: VaeSubmission, draw: Draw) -> None:
    """train runs Adam at the given learning rate for all epochs on vae.loss.loss_function"""
    for called in (TRAIN, OVERSHOOTING, BUSY):
        answer, expected = outcome(submission, draw, called)
        check_parameters(answer, expected, called, "train.parameters")
        check_noise(answer, called)
        if answer.get("all_passes") is not True:
            raise Failed("train.passes", called=called)


@pytest.mark.check(points=3)
def test_train_history(submission: VaeSubmission, draw: Draw) -> None:
    """train returns a list with one mean loss per epoch"""
    for called in (TRAIN, OVERSHOOTING, BUSY, PATIENT):
        answer, expected = outcome(submission, draw, called)
        check_history(answer, expected, called)


@pytest.mark.check(points=1, needs="train_parameters")
def test_train_device(submission: VaeSubmission, draw: Draw) -> None:
    """train moves the model and every batch to the given device"""
    given = {**one_batch(train_task(draw)), "epochs": 1}
    submission.device("train", TRAIN, **given)
