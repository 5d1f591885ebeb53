"""The short training run: all four files together, against what the instructor's solution reaches."""

from __future__ import annotations

import pytest

from autograder.checks import expect, short_run
from autograder.checks.expect import Failed
from autograder.checks.remote import RemoteSubmission
from autograder.settings import settings

pytestmark = pytest.mark.part("training")


@pytest.mark.check(points=10)
def test_short_run(short_run_submission: RemoteSubmission, short_run_task: short_run.Task, dataset: str,
                   device: str, seed: int) -> None:  # fmt: skip
    """Your whole model, trained for a few steps, gets as far as the instructor's"""
    steps = settings().short_run_epochs * -(-len(short_run_task.images) // settings().short_run_batch_size)
    called = f"train(VAE(), loader, epochs={settings().short_run_epochs}, ...) ({steps} steps)"
    answer = short_run_submission.train(called, **short_run_task.arguments(settings()), device=device)
    if answer.get("changed_network") is not False:
        raise Failed("short_run.changed_network", called=called)
    state = {}
    for name, value in short_run_task.initial.items():
        state[name] = expect.tensor(answer["state"].get(name), value.shape, f"{called}: {name}")
    band = short_run.band(dataset)
    if not short_run.relatedness(state, short_run_task.initial) >= band.least_related:
        raise Failed("short_run.unrelated", called=called)
    reached = short_run.negative_elbo(state, short_run_task.held_out, seed)
    values = {
        "called": called,
        "reached": expect.number(reached),
        "low": expect.number(band.low),
        "high": expect.number(band.high),
    }
    if not reached <= band.high:
        raise Failed("short_run.too_high", **values)
    if not reached >= band.low:
        raise Failed("short_run.too_low", **values)
