"""Small models and data for the stubs of training and latent space, shared by the checks and the measurements."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.checks.expect import Failed
from autograder.vae.checks.inputs import Draw, once
from autograder.vae.probes import toys
from autograder.vae.probes.standins.model import VAE as StandIn

LATENT_DIM, HIDDEN_DIM = 3, 8
IMAGES, BATCH_SIZE = 21, 4  # five batches of 4 and one of a single image
EPOCHS, LEARNING_RATE = 3, 7e-3
WEIGHTS = {"square": 1.0, "fourth": 0.7, "recon_x": 0.5, "mu": 0.3, "log_var": 0.2}
# SGD's steps scale with the loss, so a loss that was divided or clipped shows.
OPTIMIZER: dict[str, Any] = {"name": "SGD", "options": {"lr": 1e-4, "momentum": 0.9}}

LONG_EPOCH = 105  # batches, of one image each
LARGE = 1e6
WIDE_BATCH, WIDE_REST = 131, 3  # images in the two batches of an epoch: more than in lectures, and odd
# The codes of the long epoch: mu far outside the prior's mass, log_var near the promised bounds.
FAR_CODES = (9.0, -8.0, 1.0, 8.5, -8.5, 0.5)
PATIENT_EPOCHS, OVERSHOOTING_EPOCHS = 12, 32
BUSY_BATCHES, BUSY_EPOCHS = 45, 2

CODE_DIM = 25  # latent dimensions of the model for generate: more than the 20 that students expect, and odd
SLOW_DIM = 3  # latent dimensions of one of the models for restore
# Decoding the same code in float32, alone or in a batch, differs by about 1e-6.
PIXEL_TOLERANCE = 2e-4


@once
def training_task(draw: Draw) -> dict[str, Any]:
    """The model to start from and the data, as probes take them."""
    names = StandIn(LATENT_DIM, HIDDEN_DIM).state_dict()
    state = {name: 0.1 * draw.normal(f"state {name}", *value.shape) for name, value in names.items()}
    labels = torch.arange(IMAGES) % 10
    return {
        "model": {"latent_dim": LATENT_DIM, "hidden_dim": HIDDEN_DIM, "state": state},
        "data": {"images": telling_images(draw), "labels": labels, "batch_size": BATCH_SIZE},
    }


def epoch_task(draw: Draw) -> dict[str, Any]:
    """One epoch of a few small batches."""
    return {**training_task(draw), "loss": WEIGHTS, "optimizer": OPTIMIZER}


def train_task(draw: Draw) -> dict[str, Any]:
    """Training for a few epochs."""
    return {**training_task(draw), "epochs": EPOCHS, "learning_rate": LEARNING_RATE}


@once
def long_task(draw: Draw) -> dict[str, Any]:
    """One epoch of more batches than students try, full of what wrong code might clip or leave out.

    Gradients are large, codes lie far out, pixels are nearly certain, losses have either sign, one image is
    entirely black and another entirely white.
    """
    images = draw.images("long", LONG_EPOCH)
    images[::2] = (images[::2] + 0.2 * toys.TILT.view(28, 28)).clamp(0, 1)  # their loss is below 0
    images[3], images[4] = 0, 1
    start = training_task(draw)["model"]
    far = {
        "encoder.2.weight": 0.3 * start["state"]["encoder.2.weight"],
        "encoder.2.bias": torch.tensor(FAR_CODES),
        "decoder.2.bias": draw.uniform("certain", -7, 7, 784),
    }
    return {
        "model": {**start, "state": {**start["state"], **far}},
        "data": {"images": images, "labels": torch.arange(LONG_EPOCH) % 10, "batch_size": 1},
        "loss": {"tilted": LARGE, "codes": 0.01 * LARGE},
        "optimizer": {"name": "SGD", "options": {"lr": 1e-4 / LARGE}},
        "by_name": True,
    }


@once
def wide_task(draw: Draw) -> dict[str, Any]:
    """One epoch of a large batch and a small one. The labels, which must be ignored, are not digits."""
    count = WIDE_BATCH + WIDE_REST
    images = draw.images("wide", count)
    return {
        "model": training_task(draw)["model"],
        "data": {"images": images, "labels": torch.full((count,), -1), "batch_size": WIDE_BATCH},
        "loss": {"square": 1.0},
        "optimizer": {"name": "SGD", "options": {"lr": 1e-4}},
    }


@once
def overshooting_task(draw: Draw) -> dict[str, Any]:
    """Training whose loss is sure to rise: Adam's first step goes from near the optimum to far beyond it.

    All weights are 0, so only the biases of the pixels and of log_var ever move: no chaos.
    """
    start = training_task(draw)["model"]
    state = {name: torch.zeros_like(value) for name, value in start["state"].items()}
    state["decoder.2.bias"] = draw.uniform("overshooting", 0.04, 0.08, 784)
    # The stand-in's loss is smallest when 1.3 times the reconstruction is x; a bias of 0 does that for x = 0.65.
    images = draw.uniform("overshot", 0.64, 0.66, BATCH_SIZE, 1, 28, 28)
    return {
        "model": {**start, "state": state},
        "data": {"images": images, "labels": torch.arange(BATCH_SIZE), "batch_size": BATCH_SIZE},
        "epochs": OVERSHOOTING_EPOCHS,
        "learning_rate": 0.5,
        "by_name": False,
    }


@once
def busy_task(draw: Draw) -> dict[str, Any]:
    """Training in many batches, for code that stops after some; without chaos, as in ``overshooting_task``."""
    task = overshooting_task(draw)
    images = draw.uniform("busy", 0.3, 0.9, BUSY_BATCHES, 1, 28, 28)
    data = {"images": images, "labels": torch.arange(BUSY_BATCHES) % 10, "batch_size": 1}
    return {**task, "data": data, "epochs": BUSY_EPOCHS, "learning_rate": 1e-2, "by_name": True}


def patient_task(draw: Draw) -> dict[str, Any]:
    """Training whose loss stays as it is, for code that stops when little changes."""
    return {
        **one_batch(training_task(draw)),
        "epochs": PATIENT_EPOCHS,
        "learning_rate": 1e-9,
        "by_name": False,
    }


def one_batch(task: dict[str, Any]) -> dict[str, Any]:
    """The task with only its first batch, which is enough to show the devices; watching them is slow."""
    data = task["data"]
    first = {name: data[name][:BATCH_SIZE] for name in ("images", "labels")}
    return {**task, "data": {**data, **first}}


def telling_images(draw: Draw) -> Tensor:
    """Images (N, 1, 28, 28) on which Adam with other settings steps differently.

    A pixel that is black after the first batch has no gradient from then on, so Adam's second
    moment decays and AMSGrad's does not. A pixel that is nearly black has gradients of the size
    of Adam's epsilon.
    """
    images = draw.images("training", IMAGES).flatten(1)
    group = draw.permutation("telling pixels", 784)
    images[BATCH_SIZE:, group[:250]] = 0
    images[:, group[250:300]] *= 1e-8
    return images.reshape(IMAGES, 1, 28, 28)


@once
def readable_model(draw: Draw) -> dict[str, Any]:
    """A model whose decoded images reveal their z: logit(image) = Q z + b, in spite of the ReLU."""
    model = StandIn(CODE_DIM, 2 * CODE_DIM)
    state = {
        name: 0.3 * draw.normal(f"readable {name}", *value.shape)
        for name, value in model.state_dict().items()
    }
    identity = torch.eye(CODE_DIM)
    # Codes three times too large can still be read: float32 rounds a pixel to 1 only from a logit of 17 on.
    q = 0.11 * draw.normal("q", 784, CODE_DIM)
    state["decoder.0.weight"], state["decoder.0.bias"] = (
        torch.cat([identity, -identity]),
        torch.zeros(2 * CODE_DIM),
    )
    state["decoder.2.weight"] = torch.cat([q, -q], dim=1)
    state["decoder.2.bias"] = draw.normal("b", 784)
    return {"latent_dim": CODE_DIM, "hidden_dim": 2 * CODE_DIM, "state": state}


@once
def readable_layer(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Q (784, D), b (784) and the pseudo-inverse of Q (D, 784) of the readable model, in double precision."""
    state = readable_model(draw)["state"]
    q = state["decoder.2.weight"][:, :CODE_DIM].double()
    return q, state["decoder.2.bias"].double(), torch.linalg.pinv(q)


def codes_of(draw: Draw, images: Tensor, called: str) -> Tensor:
    """The z (K, D) that images of the readable model were decoded from. Raises Failed if there is none."""
    q, b, inverse = readable_layer(draw)
    pixels = images.double().reshape(len(images), 784)
    z = (torch.logit(pixels, eps=1e-9) - b) @ inverse.T
    # A million normal codes give no logit above 6. There float32 is uncertain by 2e-5, which moves z by 5e-7.
    if not ((z @ q.T + b).sigmoid() - pixels).abs().max() <= PIXEL_TOLERANCE:
        raise Failed("generate.not_decoded", called=called)
    return z


@once
def plain_model(draw: Draw, latent_dim: int = 5) -> dict[str, Any]:
    """A random network whose reconstructions keep changing when they are fed back."""
    state = {}
    for name, value in StandIn(latent_dim, 24).state_dict().items():
        fan_in = value.shape[1] if value.dim() == 2 else 1
        state[name] = 2.5 * draw.normal(f"plain {name}", *value.shape) / fan_in**0.5
    state["encoder.2.weight"][:latent_dim] *= 4  # codes outside the prior's mass
    state["decoder.0.weight"] /= 4
    # Each ReLU is off for half of the images. Otherwise the code of a blend could be the blend of the codes.
    state["encoder.0.bias"] = -state["encoder.0.weight"].sum(dim=1) / 2
    return {"latent_dim": latent_dim, "hidden_dim": 24, "state": state}


@once
def slow_model(draw: Draw) -> dict[str, Any]:
    """A network whose reconstructions keep changing by a little, dozens of times, when they are fed back.

    Near 0.5 its decoder is linear, image = 0.5 + Q z / 4, and its encoder is 1.7 times the inverse. With half of the
    pixels known, the rest moves from 0.5 towards a fixed point: at first by 0.01, then by 0.85 of the previous step.
    """
    q = 0.11 * draw.normal("slow q", 784, SLOW_DIM)
    p = 1.7 * 4 * torch.linalg.pinv(q)
    identity = torch.eye(SLOW_DIM)
    mu = torch.cat([identity, -identity], dim=1)
    log_var = 0.1 * draw.normal("slow log_var", SLOW_DIM, 2 * SLOW_DIM)
    shift = p @ torch.full((784,), 0.5)
    state = {
        "encoder.0.weight": torch.cat([p, -p]),
        "encoder.0.bias": torch.cat([-shift, shift]),
        "encoder.2.weight": torch.cat([mu, log_var]),
        "encoder.2.bias": torch.zeros(2 * SLOW_DIM),
        "decoder.0.weight": mu.T.contiguous(),
        "decoder.0.bias": torch.zeros(2 * SLOW_DIM),
        "decoder.2.weight": torch.cat([q, -q], dim=1),
        "decoder.2.bias": torch.zeros(784),
    }
    return {"latent_dim": SLOW_DIM, "hidden_dim": 2 * SLOW_DIM, "state": state}


def ends(draw: Draw) -> dict[str, Tensor]:
    """Two images (1, 1, 28, 28) to interpolate between; the first is pale, without pure black or white."""
    return {"x_start": 0.1 + 0.6 * draw.images("start", 1), "x_end": draw.images("end", 1)}


def damaged(draw: Draw, count: int, purpose: str = "") -> dict[str, Tensor]:
    """Images (count, 1, 28, 28), darker than 0.5 on average, and which of their pixels are known.

    Four or more are pale, without pure black or white; nothing is known of the first, and everything of the second.
    """
    x, known = (
        draw.images(f"damaged {count}{purpose}", count).square(),
        draw.mask(f"known {count}{purpose}", count),
    )
    if count > 3:
        x, known[0], known[1] = 0.1 + 0.6 * x, 0, 1
    return {"x": x, "known": known}
