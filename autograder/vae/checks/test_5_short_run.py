"""The short training run: all four files together, compared with what the instructor's solution reaches."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.checks import expect
from autograder.checks.expect import Failed
from autograder.checks.plugin import PutAside, Remark
from autograder.run import Run
from autograder.vae.checks import short_run
from autograder.vae.checks.band import PASSED, band, quoted
from autograder.vae.checks.submission import VaeSubmission
from autograder.vae.pages.drawn import Trained

pytestmark = pytest.mark.part("training")


@pytest.mark.check(points=10)
def test_short_run(short_run_submission: VaeSubmission, short_run_task: short_run.ShortRunTask, run: Run,
                   remark: Remark, put_aside: PutAside) -> None:  # fmt: skip
    """Your whole model, trained for a few steps, does as well as the instructor's"""
    epochs = run.homework.short_run_epochs
    steps = epochs * -(-len(short_run_task.images) // run.homework.short_run_batch_size)
    called = f"train(VAE(), loader, epochs={epochs}, ...) ({steps} steps)"
    arguments = short_run_task.arguments(run.homework)
    check_network(short_run_submission, short_run_task, arguments["model"])
    answer = short_run_submission.train(called, **arguments, device=run.device)
    state = {}
    for name, value in short_run_task.initial.items():
        state[name] = expect.tensor(answer["state"].get(name), value.shape, f"{called}: {name}")
    batches = answer.get("batches")  # None if the loader was never used
    if type(batches) is int and batches < steps:
        raise Failed("short_run.ended_early", called=called, taken=batches, steps=steps)
    reached = short_run.negative_elbo(state, short_run_task.held_out, run.seed)
    if not short_run.relatedness(state, short_run_task.initial) >= band(run.dataset).least_related:
        before = short_run.negative_elbo(short_run_task.initial, short_run_task.held_out, run.seed)
        if not reached <= before:
            raise Failed(
                "short_run.diverged",
                called=called,
                before=expect.number(before),
                reached=expect.number(reached),
            )
        raise Failed("short_run.unrelated", called=called)
    put_aside(Trained(state, answer["value"]))
    # The control's loss decides once it is known, see band.held.
    found = band(run.dataset).verdict(called, quoted(reached))
    if found.id not in PASSED:
        raise Failed(found.id, **found.values)
    remark(found.id, **found.values)


def check_network(submission: VaeSubmission, task: short_run.ShortRunTask, model: dict[str, Any]) -> None:
    """With the same weights, the student's network computes what the given one does, gradients included."""
    called = "VAE(): latent_dim, encode, decode, forward"
    seen = submission.untrained(called, model=model, images=task.images[:2])
    changed = Failed("short_run.changed_network", "network-changed", called=called)
    if not seen:
        raise changed
    expected = dict(task.untrained)
    if seen.get("recon_x") is None:
        # The pixels contain noise then, but their gradient must still reach every unit.
        reached = expect.tensor(seen.get("by_pixels"), expected.pop("by_pixels").shape, called)
        del expected["recon_x"]
        if not bool((reached.abs().amax(1) > 0).all()):
            raise changed
    for name, right in expected.items():
        found = expect.tensor(seen.get(name), right.shape, called)
        if not bool(((found - right).abs() <= 1e-4 * max(1.0, float(right.abs().max()))).all()):
            raise changed
