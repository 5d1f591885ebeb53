"""Calibrate the short run: the losses of the solution, and how far from the control's loss right submissions end."""

from __future__ import annotations

import json
import math
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autograder import isolation
from autograder.checks import bank, expect
from autograder.checks.remote import RemoteSubmission
from autograder.control import solution
from autograder.files import write_atomically
from autograder.homework import Homework
from autograder.intake import Submission
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.vae.checks import band, reference, short_run
from autograder.vae.checks.submission import VaeSubmission
from autograder.vae.probes import toys

# A band extends this many standard deviations to each side. If the losses are normal, a right submission
# falls outside once in 10^15 runs; the standard deviation of 40 seeds is itself known to 11 %.
DEVIATIONS = 8
# Honest training, right or wrong, keeps the correlation of the first layer with its initial weights above 0.7;
# weights made elsewhere have 0.00 +- 0.01.
LEAST_RELATED = 0.5
# The right entries of the bank whose training differs most: another order of images, a clamp that training reaches,
# noise made in another way. Most others draw the control's noise and end within 0.0001 nats of it.
DIFFERENT = (
    "all--main-block",
    "reconstruction_loss--clamped-at-the-bounds",
    "reparameterize--box-muller",
    "reparameterize--complex-normal",
    "reparameterize--erfinv",
    "reparameterize--loop-over-dimensions",
    "reparameterize--polar-method",
    "reparameterize--rotated-noise",
    "reparameterize--two-draws-scaled",
    "train--evaluation-after-each-epoch",
)
DIFFERENT_SEEDS = 20


@dataclass(frozen=True)
class Calibrated:
    """One short run: nats per image, relatedness, nats above the control. ``entry`` is None for the solution."""

    entry: str | None
    loss: float
    related: float
    above_control: float


def runs(seeds: int) -> int:
    """How many short runs ``measure`` yields."""
    return seeds + min(seeds, DIFFERENT_SEEDS) * len(DIFFERENT)


def measure(dataset: str, root: Path | None, homework: Homework, seeds: int) -> Iterator[Calibrated]:
    """Yield a short run of the solution, with noise other than the control's, for each of the seeds 0, 1, 2, ...

    The first DIFFERENT_SEEDS seeds also yield the entries in DIFFERENT. Raises SandboxFault if no warm parent starts.
    """
    torch.set_num_threads(1)
    entries = {entry.name: bank.submission(entry) for entry in bank.entries(homework.bank, "right")}
    warm_parent = isolation.launch()
    try:
        for seed in range(seeds):
            run = Run(homework, dataset, root, "cpu", seed, "en")
            task = short_run.task(run)
            control = short_run.negative_elbo(sealed(solution(), run, warm_parent), task.held_out, seed)
            yield trained(None, in_this_process(task, homework, seed), task, seed, control)
            for name in DIFFERENT if seed < DIFFERENT_SEEDS else ():
                state = sealed(entries[name], run, warm_parent)
                yield trained(name, state, task, seed, control)
    finally:
        warm_parent.close()


def trained(
    entry: str | None, state: Mapping[str, Tensor], task: short_run.ShortRunTask, seed: int, control: float
) -> Calibrated:
    loss = short_run.negative_elbo(state, task.held_out, seed)
    return Calibrated(entry, loss, short_run.relatedness(state, task.initial), loss - control)


def sealed(submission: Submission, run: Run, warm_parent: WarmParent) -> Mapping[str, Tensor]:
    """The weights of a submission's model after the short run in a sealed process, as in a class."""
    task = short_run.task(run)
    remote = RemoteSubmission(submission, run.homework.whole, warm_parent, run)
    try:
        state = VaeSubmission(remote).train("train", **task.arguments(run.homework), device=run.device)[
            "state"
        ]
    finally:
        remote.close()
    return {name: expect.tensor(state[name], own.shape, name) for name, own in task.initial.items()}


def in_this_process(task: short_run.ShortRunTask, homework: Homework, noise: int) -> Mapping[str, Tensor]:
    """The weights of the instructor's model after the short run; ``noise`` seeds what reparameterize draws."""
    arguments = task.arguments(homework)
    model = reference.model.VAE(short_run.LATENT_DIM, short_run.HIDDEN_DIM)
    toys.loaded(model, task.initial)
    torch.manual_seed(noise)
    loader = toys.make_loader(**arguments["data"])
    reference.training.train(model, loader, arguments["epochs"], arguments["learning_rate"], "cpu")
    state: Mapping[str, Tensor] = model.state_dict()
    return state


def record(dataset: str, measured: Sequence[Calibrated], path: Path = band.CALIBRATION) -> dict[str, Any]:
    """Write one data set's band into the calibration file and keep the others."""
    own = [each for each in measured if each.entry is None]
    losses = [each.loss for each in own]
    mean, deviation = statistics.mean(losses), statistics.stdev(losses)
    entry: dict[str, Any] = {
        "mean": round(mean, 3),
        "standard_deviation": round(deviation, 3),
        "seeds": len(own),
        "smallest": round(min(losses), 3),
        "largest": round(max(losses), 3),
        "low": round(mean - DEVIATIONS * deviation, 2),
        "high": round(mean + DEVIATIONS * deviation, 2),
        "smallest_relatedness": round(min(each.related for each in own), 3),
        "least_related": LEAST_RELATED,
        **from_control(measured, DEVIATIONS * deviation),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "device": "cpu",
        "date": date.today().isoformat(),
    }
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[dataset] = entry
    write_atomically(path, (json.dumps(known, indent=2, sort_keys=True) + "\n").encode())
    return entry


def from_control(measured: Sequence[Calibrated], most: float) -> dict[str, Any]:
    """How far from the control's loss a right submission may end: its noise, plus what its own way of training adds.

    In nats per image, and at most ``most``, which is half the width of the committed band.
    """
    differences = {
        name: [each.above_control for each in measured if each.entry == name] for name in (None, *DIFFERENT)
    }
    noise = {name: statistics.stdev(values) for name, values in differences.items()}
    offset = {name: statistics.mean(values) for name, values in differences.items()}
    pooled = math.sqrt(statistics.mean(noise[name] ** 2 for name in DIFFERENT))
    deviation, farthest = max(noise[None], pooled), max(abs(offset[name]) for name in DIFFERENT)
    return {
        "differences": {
            "solution" if name is None else name: {
                "mean": round(offset[name], 3),
                "standard_deviation": round(noise[name], 3),
                "seeds": len(values),
                "smallest": round(min(values), 3),
                "largest": round(max(values), 3),
            }
            for name, values in differences.items()
        },
        "difference_deviation": round(deviation, 3),
        "difference_offset": round(farthest, 3),
        "width": round(min(most, farthest + DEVIATIONS * deviation), 2),
    }
