"""Task 3, training, judged step by step on a small model whose parameters after k steps can have only one value.

The model, its loss and its fixed noise are stand-ins: a mistake in another file costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.checks import expect
from autograder.checks.expect import Failed
from autograder.checks.remote import RemoteSubmission
from autograder.checks.tasks import (
    BATCH_SIZE,
    EPOCHS,
    HIDDEN_DIM,
    IMAGES,
    LATENT_DIM,
    LEARNING_RATE,
    LONG_EPOCH,
    OPTIMIZER,
    WEIGHTS,
    long_task,
    one_batch,
    overshooting_task,
    training_task,
)
from autograder.sandbox import probes
from autograder.sandbox.standins.loss import loss_function as standin_loss
from autograder.sandbox.standins.model import VAE as StandIn
from autograder.sandbox.wire import Array

pytestmark = pytest.mark.part("training")

EPOCH_CALLED = (
    f"train_epoch(model, loader of {IMAGES} images in batches of {BATCH_SIZE}, loss_function, SGD, device)"
)
LONG_CALLED = f"train_epoch(model, loader of {LONG_EPOCH} batches of one image, loss_function, SGD, device)"
TRAIN_CALLED = (
    f"train(model, loader of {IMAGES} images, epochs={EPOCHS}, learning_rate={LEARNING_RATE}, device)"
)
OVERSHOOTING_CALLED = (
    f"train(model, loader of {BATCH_SIZE} images, epochs=6, learning_rate=0.5, device), where the loss rises"
)

# Parameters must agree to this share of how far they moved (root mean square). Right code differs by
# float32 rounding, about 1e-6; AdamW in place of Adam by 1e-3.
PARAMETER_TOLERANCE = 2e-4
# Adam divides by the gradient's size, so an element whose gradient nearly cancels may step either way.
OUTLIERS = 500


Step = Callable[
    [int, Tensor], Tensor
]  # from the step's number, counted from 1, and the gradient: the movement


def sgd(lr: float, momentum: float = 0.0) -> Step:
    """SGD with momentum as torch.optim has it, for one parameter. torch.optim itself would cost the grader 150 MB."""
    velocity = torch.zeros(())

    def step(number: int, gradient: Tensor) -> Tensor:
        nonlocal velocity
        velocity = momentum * velocity + gradient
        return -lr * velocity

    return step


def adam(lr: float, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8) -> Step:
    """Adam for one parameter: Kingma & Ba (2015), Algorithm 1."""
    first, second = torch.zeros(()), torch.zeros(())

    def step(number: int, gradient: Tensor) -> Tensor:
        nonlocal first, second
        first = beta_1 * first + (1 - beta_1) * gradient
        second = beta_2 * second + (1 - beta_2) * gradient.square()
        unbiased, scale = first / (1 - beta_1**number), second / (1 - beta_2**number)
        return -lr * unbiased / (scale.sqrt() + epsilon)

    return step


def trained(
    task: dict[str, Any], epochs: int, loss: Any, optimizer: Callable[[], Step]
) -> tuple[list[float], dict[str, Tensor]]:
    """Mean loss of each epoch and the parameters in the end, of training the stand-in on the task."""
    model = probes.loaded(StandIn(LATENT_DIM, HIDDEN_DIM), task["model"]["state"])
    parameters = list(model.parameters())
    steps = [optimizer() for _ in parameters]
    batches = task["data"]["images"].split(task["data"]["batch_size"])
    means = []
    for epoch in range(epochs):
        total = 0.0
        for number, images in enumerate(batches, start=1 + epoch * len(batches)):
            recon_x, mu, log_var = model(images)
            value = loss(recon_x, images, mu, log_var)
            gradients = torch.autograd.grad(value, parameters)
            with torch.no_grad():
                for parameter, gradient, step in zip(parameters, gradients, steps, strict=True):
                    parameter += step(number, gradient)
            total += value.item()
        means.append(total / len(task["data"]["images"]))
    return means, dict(model.state_dict())


@cache
def expected_epoch(seed: int) -> tuple[float, dict[str, Tensor]]:
    """Mean loss and parameters after one epoch of the passed optimiser and loss."""
    loss = probes.weighted_loss(WEIGHTS)
    (mean,), parameters = trained(training_task(seed), 1, loss, lambda: sgd(**OPTIMIZER["options"]))
    return mean, parameters


@cache
def expected_long_epoch(seed: int) -> tuple[float, dict[str, Tensor]]:
    """The same of the long epoch."""
    task = long_task(seed)
    loss = probes.weighted_loss(task["loss"])
    (mean,), parameters = trained(task, 1, loss, lambda: sgd(**task["optimizer"]["options"]))
    return mean, parameters


@cache
def expected_train(seed: int) -> tuple[list[float], dict[str, Tensor]]:
    """Mean losses and parameters after EPOCHS epochs of Adam."""
    return trained(training_task(seed), EPOCHS, standin_loss, lambda: adam(LEARNING_RATE))


@cache
def expected_overshooting(seed: int) -> list[float]:
    """Mean losses of the epochs whose loss rises."""
    task = overshooting_task(seed)
    losses, _ = trained(task, task["epochs"], standin_loss, lambda: adam(task["learning_rate"]))
    return losses


def check_parameters(
    answer: dict[str, Any], expected: dict[str, Tensor], seed: int, called: str, message: str
) -> None:
    """The trained parameters are the expected ones; says how the student's moved where they are not."""
    start = training_task(seed)["model"]["state"]
    found = {}
    for name, value in expected.items():
        found[name] = expect.tensor(answer["state"].get(name), value.shape, f"{called}: {name}")
    moved = torch.cat([(found[name] - start[name]).flatten() for name in expected])
    if not moved.abs().max() > 0:
        raise Failed("training.nothing_moved", called=called)
    for name, value in expected.items():
        movement = (value - start[name]).square().mean().sqrt()
        off = ~((found[name] - value).abs() <= PARAMETER_TOLERANCE * movement)
        if int(off.sum()) > value.numel() // OUTLIERS:
            right = torch.cat([(expected[n] - start[n]).flatten() for n in expected])
            raise Failed(message, called=called, share=expect.number(float(moved.norm() / right.norm())))


def check_mean_loss(answer: dict[str, Any], expected: float, called: str) -> None:
    """The returned value is a Python float, and the expected one."""
    value = answer["value"]
    if type(value) is not float:
        raise Failed("check.not_a_float", called=called, returned=expect.describe(value), expected="float")
    # float32 sums of a few hundred terms, accumulated in any order.
    expect.close(value, expected, 1e-4 * abs(expected), called, "train_epoch.mean_loss")


@pytest.fixture
def after_epoch(submission: RemoteSubmission, seed: int) -> dict[str, Any]:
    """One call of train_epoch on the task."""
    given = {**training_task(seed), "loss": WEIGHTS, "optimizer": OPTIMIZER, "device": "cpu"}
    return submission.once(EPOCH_CALLED, lambda: submission.train_epoch(EPOCH_CALLED, **given))


@pytest.fixture
def after_train(submission: RemoteSubmission, seed: int) -> dict[str, Any]:
    """One call of train on the task."""
    given = {**training_task(seed), "epochs": EPOCHS, "learning_rate": LEARNING_RATE, "device": "cpu"}
    return submission.once(TRAIN_CALLED, lambda: submission.train(TRAIN_CALLED, **given))


def long_epoch(submission: RemoteSubmission, seed: int) -> dict[str, Any]:
    """One call of train_epoch with many batches; only worth its time where a few went well."""
    given = {**long_task(seed), "device": "cpu"}
    return submission.once(LONG_CALLED, lambda: submission.train_epoch(LONG_CALLED, **given))


@pytest.mark.check(points=5)
def test_train_epoch_parameters(submission: RemoteSubmission, after_epoch: dict[str, Any], seed: int) -> None:
    """train_epoch takes exactly the right step for every batch, in training mode"""
    _, expected = expected_epoch(seed)
    check_parameters(after_epoch, expected, seed, EPOCH_CALLED, "train_epoch.parameters")
    _, expected = expected_long_epoch(seed)
    check_parameters(long_epoch(submission, seed), expected, seed, LONG_CALLED, "train_epoch.parameters")


@pytest.mark.check(points=4)
def test_train_epoch_mean_loss(submission: RemoteSubmission, after_epoch: dict[str, Any], seed: int) -> None:
    """train_epoch returns the mean loss per image of the epoch, as a Python float"""
    check_mean_loss(after_epoch, expected_epoch(seed)[0], EPOCH_CALLED)
    check_mean_loss(long_epoch(submission, seed), expected_long_epoch(seed)[0], LONG_CALLED)


@pytest.mark.check(points=1)
def test_train_epoch_images_untouched(after_epoch: dict[str, Any], seed: int) -> None:
    """train_epoch leaves the data set's images as they were"""
    _unchanged(after_epoch, seed, EPOCH_CALLED)


@pytest.mark.check(points=1, needs="train_epoch_parameters")
def test_train_epoch_device(submission: RemoteSubmission, seed: int) -> None:
    """train_epoch moves every batch to the device that it was given"""
    submission.device("train_epoch", EPOCH_CALLED, **one_batch(seed), loss=WEIGHTS, optimizer=OPTIMIZER)


@pytest.mark.check(points=5)
def test_train_parameters(after_train: dict[str, Any], seed: int) -> None:
    """train uses Adam with the given learning rate over all epochs, on vae.loss.loss_function"""
    _, expected = expected_train(seed)
    check_parameters(after_train, expected, seed, TRAIN_CALLED, "train.parameters")


@pytest.mark.check(points=3)
def test_train_history(submission: RemoteSubmission, after_train: dict[str, Any], seed: int) -> None:
    """train returns a list with one mean loss per epoch"""
    check_history(after_train, expected_train(seed)[0], TRAIN_CALLED)
    answer = submission.train(OVERSHOOTING_CALLED, **overshooting_task(seed), device="cpu")
    check_history(answer, expected_overshooting(seed), OVERSHOOTING_CALLED)


@pytest.mark.check(points=1, needs="train_parameters")
def test_train_device(submission: RemoteSubmission, seed: int) -> None:
    """train moves the model and every batch to the device that it was given"""
    submission.device("train", TRAIN_CALLED, **one_batch(seed), epochs=1, learning_rate=LEARNING_RATE)


def check_history(answer: dict[str, Any], expected: list[float], called: str) -> None:
    """The returned value is a list of the expected losses."""
    losses = expect.history(answer["value"], len(expected), called)
    for found, right in zip(losses, expected, strict=True):
        expect.close(found, right, 2e-4 * abs(right), called, "train.history")


def _unchanged(answer: dict[str, Any], seed: int, called: str) -> None:
    images = answer["images"]
    before = training_task(seed)["data"]["images"]
    if not isinstance(images, Array) or images.data is None or not torch.equal(images.data, before):
        raise Failed("check.input_modified", called=called, argument="images")
