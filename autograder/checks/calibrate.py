"""Measure what the instructor's solution reaches in the short run, and record the band around it."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import torch

from autograder.checks import reference, short_run
from autograder.results import write_atomically
from autograder.sandbox import probes
from autograder.settings import Settings

# The band reaches this many standard deviations to each side. Were the losses normal, a right
# submission would fall outside once in 10^15 runs; the spread of 40 seeds is itself known to 11 %.
DEVIATIONS = 8
# Honest training, right or wrong, keeps the first layer's correlation with its beginning above 0.7;
# weights that were made elsewhere have 0.00 +- 0.01.
LEAST_RELATED = 0.5


def reached(dataset: str, root: Path | None, settings: Settings, seed: int) -> tuple[float, float]:
    """Negative ELBO (nats per image) and relatedness of the instructor's model after one short run."""
    task = short_run.task(dataset, root, seed, settings.short_run_images)
    arguments = task.arguments(settings)
    model = reference.model.VAE(short_run.LATENT_DIM, short_run.HIDDEN_DIM)
    probes.loaded(model, task.initial)
    torch.manual_seed(seed)
    loader = probes.make_loader(**arguments["data"])
    reference.training.train(model, loader, arguments["epochs"], arguments["learning_rate"], "cpu")
    state = model.state_dict()
    return short_run.negative_elbo(state, task.held_out, seed), short_run.relatedness(state, task.initial)


def measure(dataset: str, root: Path | None, settings: Settings, seeds: int) -> Iterator[tuple[float, float]]:
    """``reached`` for each of the seeds 0, 1, 2, ..."""
    torch.set_num_threads(1)
    for seed in range(seeds):
        yield reached(dataset, root, settings, seed)


def record(
    dataset: str, measured: list[tuple[float, float]], path: Path = short_run.CALIBRATION
) -> dict[str, object]:
    """Write one data set's band into the calibration file, leaving the others' as they are."""
    losses, related = [loss for loss, _ in measured], [relation for _, relation in measured]
    mean, deviation = statistics.mean(losses), statistics.stdev(losses)
    entry: dict[str, object] = {
        "mean": round(mean, 3),
        "standard_deviation": round(deviation, 3),
        "seeds": len(measured),
        "smallest": round(min(losses), 3),
        "largest": round(max(losses), 3),
        "low": round(mean - DEVIATIONS * deviation, 2),
        "high": round(mean + DEVIATIONS * deviation, 2),
        "smallest_relatedness": round(min(related), 3),
        "least_related": LEAST_RELATED,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "device": "cpu",
        "date": date.today().isoformat(),
    }
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[dataset] = entry
    write_atomically(path, (json.dumps(known, indent=2, sort_keys=True) + "\n").encode())
    return entry
