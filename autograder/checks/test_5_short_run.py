"""The short training run: all four files together, against what the instructor's solution reaches."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.checks import expect, short_run
from autograder.checks.expect import Failed
from autograder.checks.plugin import Remark
from autograder.checks.remote import RemoteSubmission
from autograder.settings import settings

pytestmark = pytest.mark.part("training")


@pytest.mark.check(points=10)
def test_short_run(short_run_submission: RemoteSubmission, short_run_task: short_run.Task, dataset: str,
                   device: str, seed: int, remark: Remark) -> None:  # fmt: skip
    """Your whole model, trained for a few steps, gets as far as the instructor's"""
    steps = settings().short_run_epochs * -(-len(short_run_task.images) // settings().short_run_batch_size)
    called = f"train(VAE(), loader, epochs={settings().short_run_epochs}, ...) ({steps} steps)"
    arguments = short_run_task.arguments(settings())
    check_network(short_run_submission, short_run_task, arguments["model"])
    answer = short_run_submission.train(called, **arguments, device=device)
    state = {}
    for name, value in short_run_task.initial.items():
        state[name] = expect.tensor(answer["state"].get(name), value.shape, f"{called}: {name}")
    band = short_run.band(dataset)
    if not short_run.relatedness(state, short_run_task.initial) >= band.least_related:
        raise Failed("short_run.unrelated", called=called)
    reached = short_run.negative_elbo(state, short_run_task.held_out, seed)
    values: dict[str, Any] = {"called": called, "reached": expect.number(reached), **band.in_words()}
    if not reached <= band.high:
        raise Failed("short_run.too_high", **values)
    if not reached >= band.low:
        raise Failed("short_run.too_low", **values)
    remark("short_run.passed", **values)


def check_network(submission: RemoteSubmission, task: short_run.Task, model: dict[str, Any]) -> None:
    """With the same weights the student's network computes what the given one does."""
    called = "VAE().encode(x), VAE().decode(mu)"
    seen = submission.untrained(called, model=model, images=task.images[:2])
    if len(seen) != 3:
        raise Failed("short_run.changed_network", "network-changed", called=called)
    for found, expected in zip(seen, short_run.untrained(task), strict=True):
        same = expect.tensor(found, expected.shape, called)
        expect.all_close(same, expected, 1e-4, "short_run.changed_network", "network-changed", called=called)
