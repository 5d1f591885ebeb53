"""The short training run: secret images and initial weights go in, trained weights come out, the grader measures them.

It is a coarse check of the student's whole model: a wrong term that barely moves the loss is found by
the checks of its own part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autograder.homework import Homework
from autograder.run import Run, derived_seed
from autograder.vae.checks import reference
from autograder.vae.checks.inputs import Draw, once
from autograder.vae.probes import toys

LATENT_DIM, HIDDEN_DIM = 20, 400
HELD_OUT = 2000  # at most; the digits have only 360
FIRST_LAYER = "encoder.0.weight"


@dataclass(frozen=True)
class ShortRunTask:
    """The secret inputs of a run. ``pixels`` is the permutation; pictures and the checks of the loss undo it."""

    images: Tensor
    labels: Tensor
    held_out: Tensor
    pixels: Tensor
    initial: Mapping[str, Tensor]
    shuffle_seed: int

    def arguments(self, homework: Homework) -> dict[str, Any]:
        """What the probe ``train`` takes."""
        return {
            "model": {"latent_dim": LATENT_DIM, "hidden_dim": HIDDEN_DIM, "state": dict(self.initial)},
            "data": {
                "images": self.images,
                "labels": self.labels,
                "batch_size": homework.short_run_batch_size,
                "seed": self.shuffle_seed,
            },
            "epochs": homework.short_run_epochs,
            "learning_rate": homework.short_run_learning_rate,
        }

    @cached_property
    def untrained(self) -> Mapping[str, Tensor]:
        """What the given network computes from the first two images before training; see toys.seen_by."""
        network = toys.loaded(reference.model.VAE(LATENT_DIM, HIDDEN_DIM), self.initial)
        seen = toys.seen_by(network, self.images[:2])
        return {name: value.detach() for name, value in seen.items() if value is not None}


@cache
def images_of(dataset: str, root: Path | None, train: bool) -> tuple[Tensor, Tensor]:
    """Images and labels, loaded once per process. Raises vae.data.DataUnavailable."""
    loaded = reference.data.load(dataset, train=train, root=root)
    return loaded.images, loaded.labels


def task(run: Run) -> ShortRunTask:
    """The short run's images, pixel permutation and initial weights."""
    count, order = run.homework.short_run_images, run.student_seed("short run order")
    return _drawn(Draw.of(run), run.dataset, run.data_root, count, order)


@once
def _drawn(draw: Draw, dataset: str, root: Path | None, count: int, shuffle_seed: int) -> ShortRunTask:
    images, labels = images_of(dataset, root, True)
    held_out, _ = images_of(dataset, root, False)
    chosen = draw.permutation("short run images", len(images))[:count]
    pixels = draw.permutation("short run pixels", 784)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(draw.seed, "short run initial weights"))
        initial = reference.model.VAE(LATENT_DIM, HIDDEN_DIM).state_dict()
    shown = draw.permutation("short run held out", len(held_out))[:HELD_OUT]
    return ShortRunTask(
        images=permuted(images[chosen], pixels),
        labels=labels[chosen],
        held_out=permuted(held_out[shown], pixels),
        pixels=pixels,
        initial=initial,
        shuffle_seed=shuffle_seed,
    )


def permuted(images: Tensor, pixels: Tensor) -> Tensor:
    """The images with their pixels in another order, which makes no difference to a fully connected network."""
    return images.flatten(1)[:, pixels].reshape(images.shape).contiguous()


@torch.no_grad()
def negative_elbo(state: Mapping[str, Tensor], images: Tensor, seed: int) -> float:
    """The mean negative ELBO per image, in nats, of weights in the instructor's network, with one z per image."""
    model = reference.model.VAE(LATENT_DIM, HIDDEN_DIM)
    model.load_state_dict(dict(state))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "short run evaluation"))
        recon_x, mu, log_var = model(images)
    return float(reference.loss.loss_function(recon_x, images, mu, log_var)) / len(images)


def relatedness(state: Mapping[str, Tensor], initial: Mapping[str, Tensor]) -> float:
    """The correlation of the first layer's trained weights with its initial ones."""
    pair = torch.stack([state[FIRST_LAYER].flatten(), initial[FIRST_LAYER].flatten()])
    return float(torch.corrcoef(pair)[0, 1])
