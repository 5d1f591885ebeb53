"""One submission in, one result out."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from autograder import __version__, kit
from autograder.checks.attempt import Checked
from autograder.checks.session import AfterFile, run_checks
from autograder.intake import Submission
from autograder.measurements import measurements
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent

CROWDED = 2  # load per processor: above this, a process may be kept waiting
COMPUTING = 1.0  # seconds of CPU time: a process that used as much was not asleep
PATIENCE = 4  # factor on the wall-clock limit of a process that was kept waiting


class GraderFault(Exception):
    """The grader failed on a submission: its result is ``failed``, with no score."""


def grade(submission: Submission, run: Run, warm_parent: WarmParent) -> Result:
    """Run all hidden checks on a submission and measure what fails. Raises what ``checked`` raises."""
    started = time.monotonic()
    done = checked(submission, run, warm_parent)
    findings = list(measurements(done, warm_parent))
    done = replace(done, checks={**done.checks, **{one.id: one for each in findings for one in each.checks}})
    made = result(done, warm_parent, time.monotonic() - started)
    said = tuple(one for each in findings for one in each.measured)
    return replace(made, measured=said, pictures=pictures(done))


def checked(
    submission: Submission,
    run: Run,
    warm_parent: WarmParent,
    after_file: AfterFile = lambda _: None,
    patience: float = PATIENCE,
) -> Checked:
    """Run all hidden checks on a submission: one record each. ``after_file`` gets them after each file of checks.

    If a process reached its wall-clock limit but not its CPU limit, all checks run once more. If that process was
    computing on a crowded machine, others may have held the processors: then the limit is ``patience`` times as long.
    Raises GraderFault if checks did not give one record each, SandboxFault if the sandbox is gone.
    """
    done = run_checks(submission, run, warm_parent, after_file)
    if done.waited is not None:
        crowded = os.getloadavg()[0] > CROWDED * (os.cpu_count() or 1)
        again = _longer(run, patience) if crowded and done.waited.computed >= COMPUTING else run
        done = run_checks(submission, again, warm_parent, after_file)
    if done.sandbox_fault is not None:
        raise done.sandbox_fault
    if done.faults:
        raise GraderFault("; ".join(done.faults))
    return done


def pictures(done: Checked) -> bytes:
    """The homework's drawing of what its checks put aside; empty if they put nothing aside."""
    if done.put_aside is None:
        return b""
    drawn: bytes = kit.module("pages.drawn").of(done.put_aside, done.run, done.submission.digest)
    return drawn


def _longer(run: Run, times: float) -> Run:
    """The run with its wall-clock limits multiplied by ``times``."""
    longer = {
        name: times * getattr(run.homework, name) for name in ("wall_seconds", "short_run_wall_seconds")
    }
    return replace(run, homework=replace(run.homework, **longer))


def result(done: Checked, warm_parent: WarmParent, seconds: float) -> Result:
    """The record of what was checked. Raises GraderFault if the checks' points do not add up."""
    run, records = done.run, tuple(done.checks.values())
    score = sum(check.points for check in records)
    if sum(check.max_points for check in records) != run.homework.max_score:
        raise GraderFault("the checks' points do not add up to the assignment's")
    return Result(
        submission=done.submission.name,
        score=score,
        max_score=run.homework.max_score,
        status=status(done),
        dataset=run.dataset,
        device=run.device,
        seed=run.seed,
        seconds=round(seconds, 3),
        checks=records,
        notes=done.submission.notes,
        digest=done.submission.digest,
        isolation=warm_parent.tier,
        versions={"autograder": __version__, **warm_parent.versions},
    )


def status(done: Checked) -> str:
    """The status of what was checked. docs/instructors.md says what each one means."""
    outcomes = {check.outcome for check in done.checks.values()}
    if not done.submission.files:
        return "rejected"
    return "timeout" if "timeout" in outcomes else "crashed" if "crashed" in outcomes else "graded"
