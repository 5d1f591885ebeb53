"""Pictures of the model that came out of the short run.

Weights are only data here: they are loaded into the instructor's network and used by the instructor's functions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autograder.checks import expect
from autograder.run import Run, derived_seed
from autograder.vae.checks import reference, short_run, steps
from autograder.vae.pages import pictures
from autograder.vae.pages.pictures import Pictures

ITERATIONS = 10  # of restore
FROM, TO = 0, 7  # the digits to interpolate between
FAR = 1e4  # no code is drawn farther out


@dataclass(frozen=True)
class Trained:
    """The outcome of a short run: weights that were checked, and what ``train`` returned, which may be anything."""

    state: Mapping[str, Tensor]
    returned: Any


@dataclass(frozen=True)
class Shown:
    """The images of a data set that the pictures use; they are public and the same in every run."""

    originals: Tensor
    average: Tensor
    coded: Tensor
    labels: Tensor


@cache
def shown(dataset: str, root: Path | None) -> Shown:
    """The first test image of each digit, the mean training image, and test images for the latent map."""
    images, labels = short_run.images_of(dataset, root, False)
    first = [int((labels == digit).nonzero()[0]) for digit in range(pictures.DIGITS)]
    average = short_run.images_of(dataset, root, True)[0].mean(dim=0, keepdim=True)
    return Shown(images[first], average, images[: pictures.CODES], labels[: pictures.CODES])


def of(trained: Trained, run: Run, digest: str) -> bytes:
    """The content of the pictures file for the model that a submission's short run put aside."""
    return pictured(trained, short_run.task(run), run, digest).to_bytes()


def pictured(trained: Trained, task: short_run.ShortRunTask, run: Run, digest: str) -> Pictures:
    """The pictures of trained weights. Any finite weights work."""
    model = in_order(trained.state, task.pixels)
    given = shown(run.dataset, run.data_root)
    known = torch.ones_like(given.originals)
    known[:, :, pictures.HIDDEN_FROM_ROW :] = 0
    x = given.originals
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(run.seed, "pictures"))
        images = {
            "originals": x,
            "average": given.average,
            "reconstructions": model.decode(model.encode(x)[0]),
            "samples": reference.latent.generate(model, pictures.SAMPLES, "cpu"),
            "interpolation": reference.latent.interpolate(
                model, x[FROM : FROM + 1], x[TO : TO + 1], pictures.STEPS_BETWEEN
            ),
            "restored": reference.latent.restore(model, x, known, ITERATIONS),
        }
        codes = in_plane(model.encode(given.coded)[0])
    epochs = run.homework.short_run_epochs
    batches = -(-len(task.images) // run.homework.short_run_batch_size)
    return Pictures(
        **{name: grey(values).numpy() for name, values in images.items()},
        codes=codes.numpy(),
        labels=given.labels.to(torch.uint8).numpy(),
        losses=reported(trained.returned, epochs).numpy(),
        steps=epochs * batches,
        dataset=run.dataset,
        digest=digest,
    )


def in_order(state: Mapping[str, Tensor], pixels: Tensor) -> Any:
    """The instructor's network with these weights, for images whose pixels are in their original order."""
    back = pixels.argsort()
    ordered = {
        **state,
        "encoder.0.weight": state["encoder.0.weight"][:, back],
        "decoder.2.weight": state["decoder.2.weight"][back],
        "decoder.2.bias": state["decoder.2.bias"][back],
    }
    with torch.device("meta"):  # drawing initial weights would take longer than all the pictures
        model = reference.model.VAE(short_run.LATENT_DIM, short_run.HIDDEN_DIM)
    model.load_state_dict(ordered, assign=True)
    return model


def grey(images: Tensor) -> Tensor:
    """Images (K, 28, 28) as bytes, with NaN as black."""
    return images.reshape(-1, 28, 28).nan_to_num(0).clamp(0, 1).mul(255).round().to(torch.uint8)


def in_plane(codes: Tensor) -> Tensor:
    """Codes (K, D) projected onto the plane through 0 in which they vary most: (K, 2)."""
    codes = codes.nan_to_num(0).clamp(-FAR, FAR)
    _, _, directions = torch.linalg.svd(codes - codes.mean(dim=0), full_matrices=False)
    plane = directions[:2].T
    # Of two opposite directions, always take the same one.
    turned: Tensor = codes @ plane.where(plane.sum(dim=0) >= 0, -plane)
    return turned


def reported(returned: Any, epochs: int) -> Tensor:
    """What ``train`` returned, if it is one finite number per epoch, else nothing."""
    try:
        losses = steps.history(returned, epochs, "")
    except expect.Failed:
        losses = []
    return torch.tensor([loss for loss in losses if math.isfinite(loss)]).clamp(-FAR * FAR, FAR * FAR)
