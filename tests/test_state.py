"""What is drawn for a run belongs to it: a process that outlives many runs keeps nothing of those that are over."""

from __future__ import annotations

import gc
import pickle
import weakref
from dataclasses import replace

import pytest
import torch

from autograder import cluster_worker
from autograder.grading import grade
from autograder.intake import Submission
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.vae.checks import short_run
from autograder.vae.checks.inputs import Draw

RUNS = 8


def another(run: Run, seed: int) -> Run:
    """A separate run, with less to train."""
    return replace(run, homework=replace(run.homework, short_run_images=128), seed=seed, kept={})


def living_tensors() -> int:
    gc.collect()
    return sum(type(each) is torch.Tensor for each in gc.get_objects())


def test_a_process_holds_nothing_of_the_runs_that_it_graded_in(
    solution: dict[str, bytes], run: Run, warm_parent: WarmParent
) -> None:
    draws: list[weakref.ref[Draw]] = []
    tensors = []
    for seed in range(RUNS):
        one = another(run, seed)
        result = grade(Submission("kim", solution, {}, (), ""), one, warm_parent)
        assert result.seed == seed and result.score is not None and result.score >= 90
        draws.append(weakref.ref(Draw.of(one)))
        assert len(Draw.of(one).kept) > 15, "the checks kept what they drew"
        del one
        tensors.append(living_tensors())
        assert draws[-1]() is None
    assert len(set(tensors[1:])) == 1, "the first one loads the data set"


def test_a_run_takes_nothing_along_that_was_drawn_for_it(run: Run) -> None:
    one = another(run, 3)
    before = pickle.dumps(one)
    task = short_run.task(one)
    there = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own, of a moment ago
    assert len(one.kept) == 2 and not there.kept and there == one
    assert pickle.dumps(one) == before
    assert torch.equal(short_run.task(there).images, task.images), "it is drawn again, and the same"


def test_a_worker_of_a_cluster_draws_once_for_all_tasks_of_a_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_worker, "_run", None)
    first, again, other = another(run, 3), another(run, 3), another(run, 4)
    assert cluster_worker._held(first) is first and cluster_worker._held(again) is first
    assert cluster_worker._held(other) is other, "and the one before is not held any longer"


@pytest.mark.parametrize("changed", [{"language": "ko"}, {"device": "cuda"}])
def test_who_changes_a_run_keeps_what_was_drawn_for_it(run: Run, changed: dict[str, str]) -> None:
    one = another(run, 3)
    longer = replace(one, homework=replace(one.homework, wall_seconds=999.0), **changed)
    assert Draw.of(longer) is Draw.of(one) and short_run.task(longer) is short_run.task(one)
    assert Draw.of(replace(one, seed=4)) is not Draw.of(one)
