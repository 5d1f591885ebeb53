"""The right outcome of training: SGD and Adam by their formulas, on tasks whose outcome rounding can't change.

Right code may round differently, and that must not cost points. So in the tasks that students get, every ReLU stays
far from its kink and Adam divides no gradient that nearly cancels by its own size; other tasks are drawn again. How
much rounding still moves a parameter is measured by the difference between float32 and float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import torch
from torch import Tensor

from autograder.checks import expect
from autograder.checks.expect import Failed
from autograder.run import derived_seed
from autograder.vae.checks.inputs import Draw, once
from autograder.vae.checks.toy_models import HIDDEN_DIM, LATENT_DIM
from autograder.vae.probes import toys
from autograder.vae.probes.standins.loss import loss_function as standin_loss
from autograder.vae.probes.standins.model import VAE as StandIn

# Parameters must agree to this fraction of their movement (root mean square); AdamW instead of Adam differs by 1e-3.
PARAMETER_TOLERANCE = 2e-4
# One in this many elements may be off anyway: Adam divides a gradient that nearly cancels by its own size.
OUTLIERS = 500
ROUNDING = 8  # right code may be off by this many times the difference between float32 and float64
CLEAR = 10  # every ReLU's argument must be this many times that difference away from 0
# A gradient must be at least this fraction of the summed sizes of its terms, one per image; float32 rounds each term
# to 6e-8 of itself.
SURE = 1e-5

# The movement of a parameter, given the step's number, counted from 1, and the gradient.
Step = Callable[[int, Tensor], Tensor]


def sgd(lr: float, momentum: float = 0.0) -> Step:
    """SGD with momentum for one parameter, as in torch.optim, which itself would cost the grader 150 MB."""
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


@dataclass(frozen=True)
class Trajectory:
    """The outcome of a task: the mean loss of each epoch, the parameters, and how far right code may be off those."""

    task: dict[str, Any]
    losses: list[float]
    parameters: dict[str, Tensor]
    slack: dict[str, Tensor]


@once
def trained(draw: Draw, draw_task: Callable[[Draw], dict[str, Any]]) -> Trajectory:
    """Draw tasks until rounding can't change the outcome; return that outcome."""
    for attempt in count():
        task = draw_task(Draw(derived_seed(draw.seed, f"task {attempt}")) if attempt else draw)
        exact, rounded = (_train(task, dtype) for dtype in (torch.float64, torch.float32))
        clear = exact.activity.abs() >= CLEAR * (exact.activity - rounded.activity).abs().max()
        if exact.sure and bool(clear.all()):
            break
    slack = {
        name: ROUNDING * (rounded.parameters[name] - value).abs() for name, value in exact.parameters.items()
    }
    return Trajectory(task, exact.losses, exact.parameters, slack)


@dataclass(frozen=True)
class _Run:
    """One training: mean losses, parameters, the arguments of all ReLUs, and if Adam was sure of every direction."""

    losses: list[float]
    parameters: dict[str, Tensor]
    activity: Tensor
    sure: bool


def _train(task: dict[str, Any], dtype: torch.dtype) -> _Run:
    """Train with SGD if the task has an optimiser, else with Adam."""
    model = toys.loaded(StandIn(LATENT_DIM, HIDDEN_DIM), task["model"]["state"]).to(dtype)
    activity: list[Tensor] = []
    for layers in (model.encoder, model.decoder):
        layers[1].register_forward_pre_hook(lambda _, given: activity.append(given[0].detach().flatten()))
    by_adam = "optimizer" not in task
    if not by_adam:
        loss, epochs = toys.weighted_loss(task["loss"]), 1
        steps = [sgd(**task["optimizer"]["options"]) for _ in model.parameters()]
    else:
        loss, epochs = standin_loss, task["epochs"]
        steps = [adam(task["learning_rate"]) for _ in model.parameters()]
    parameters = list(model.parameters())
    largest = [torch.zeros_like(parameter) for parameter in parameters]
    sure = True
    batches = task["data"]["images"].to(dtype).split(task["data"]["batch_size"])
    means = []
    for epoch in range(epochs):
        total = 0.0
        for number, images in enumerate(batches, start=1 + epoch * len(batches)):
            recon_x, mu, log_var = model(images)
            value = loss(recon_x, images, mu, log_var)
            gradients = torch.autograd.grad(value, parameters)
            if by_adam and dtype is torch.float64:
                passes = len(activity)
                sizes = _sizes(model, loss, images)
                del activity[passes:]
                largest = [torch.maximum(a, b.abs()) for a, b in zip(largest, gradients, strict=True)]
                sure = sure and all(
                    bool((a >= SURE * size).all()) for a, size in zip(largest, sizes, strict=True)
                )
            with torch.no_grad():
                for parameter, gradient, step in zip(parameters, gradients, steps, strict=True):
                    parameter += step(number, gradient)
            total += value.item()
        means.append(total / len(task["data"]["images"]))
    return _Run(means, dict(model.state_dict()), torch.cat(activity).double(), sure)


def _sizes(model: StandIn, loss: Callable[..., Tensor], images: Tensor) -> list[Tensor]:
    """For each parameter, the sizes of the images' gradients, summed over the images."""
    parts = []
    for image in images.split(1):
        recon_x, mu, log_var = model(image)
        parts.append(torch.autograd.grad(loss(recon_x, image, mu, log_var), list(model.parameters())))
    return [torch.stack(part).abs().sum(0) for part in zip(*parts, strict=True)]


def check_parameters(answer: dict[str, Any], expected: Trajectory, called: str, message: str) -> None:
    """The trained parameters are the expected ones; if not, the message says how far the student's moved."""
    start = expected.task["model"]["state"]
    if answer.get("trainable") is not True:
        raise Failed("check.input_modified", called=called, argument="model")
    found = {}
    for name, value in expected.parameters.items():
        found[name] = expect.tensor(answer["state"].get(name), value.shape, f"{called}: {name}")
    moved = torch.cat([(found[name] - start[name]).flatten() for name in found])
    if not moved.abs().max() > 0:
        raise Failed("training.nothing_moved", called=called)
    for name, value in expected.parameters.items():
        movement = (value - start[name]).square().mean().sqrt()
        off = ~((found[name] - value).abs() <= PARAMETER_TOLERANCE * movement + expected.slack[name])
        if int(off.sum()) > value.numel() // OUTLIERS:
            right = torch.cat([(expected.parameters[n] - start[n]).flatten() for n in found])
            raise Failed(message, called=called, share=expect.number(float(moved.norm() / right.norm())))


def history(value: Any, length: int, called: str) -> list[float]:
    """A list of ``length`` finite Python floats."""
    expected = f"list of {length} float"
    if not isinstance(value, list) or len(value) != length:
        raise Failed("check.history", called=called, returned=expect.describe(value), expected=expected)
    for item in value:
        if type(item) is not float:
            raise Failed(
                "check.history", called=called, returned=f"list of {expect.describe(item)}", expected=expected
            )
        if not math.isfinite(item):
            raise Failed("check.not_finite", called=called)
    return value
