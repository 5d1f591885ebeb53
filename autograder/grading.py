"""One submission in, one result out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache

from autograder import __version__
from autograder.bank import STUBS, stub_of
from autograder.checks import short_run, trained
from autograder.checks.diagnosis import misconception
from autograder.checks.plugin import Grading
from autograder.checks.remote import Ended, Missing, RemoteSubmission, package_files
from autograder.checks.session import run_checks
from autograder.intake import Submission
from autograder.results import Check, Result
from autograder.run import Run
from autograder.sandbox.client import Crashed, StudentRaised, TimeLimit, WarmParent
from autograder.sandbox.conversation import Student
from autograder.settings import FILES, PARTS

CROWDED = 2  # processes that want each processor: from there on one may be kept waiting
COMPUTING = 1.0  # seconds of CPU time: who had these did not sleep
PATIENCE = 4  # times as long by the wall clock, for who was kept waiting
DIAGNOSIS_SECONDS = 120
STUBS_OF = {part: [stub for stub, file in STUBS.items() if file == FILES[part]] for part in PARTS}


class GraderFault(Exception):
    """The grader failed on a submission: its result is ``failed``, with no score."""


def grade(submission: Submission, run: Run, warm_parent: WarmParent) -> Result:
    """Run all hidden checks on a submission and name what is known of its mistakes. Raises as ``checked``."""
    started = time.monotonic()
    grading = checked(submission, run, warm_parent)
    name_misconceptions(grading)
    return replace(result(grading, time.monotonic() - started), pictures=pictures(grading))


def checked(
    submission: Submission,
    run: Run,
    warm_parent: WarmParent,
    after_file: Callable[[Grading], None] = lambda _: None,
    patience: float = PATIENCE,
) -> Grading:
    """Run all hidden checks on a submission: one record each. ``after_file`` gets to see it after each file of them.

    A wall-clock limit that was reached without the CPU time to show for it is tried once more, and with ``patience``
    times that limit where it computed all the same on a crowded machine: then others may have had the processors.
    Raises GraderFault when checks did not give one record each, SandboxFault when the sandbox is gone.
    """
    grading = Grading(submission, run, warm_parent, after_file)
    run_checks(grading)
    if grading.waited is not None:
        crowded = os.getloadavg()[0] > CROWDED * (os.cpu_count() or 1)
        again = _longer(run, patience) if crowded and grading.waited.computed >= COMPUTING else run
        grading = Grading(submission, again, warm_parent, after_file)
        run_checks(grading)
    if grading.sandbox_fault is not None:
        raise grading.sandbox_fault
    if grading.faults or not grading.expected or set(grading.checks) != set(grading.expected):
        raise GraderFault("; ".join(grading.faults) or "some checks gave no result")
    return grading


def name_misconceptions(grading: Grading) -> None:
    """Add the misconception's id to the failing checks of each stub whose mistake is known.

    In processes of their own, after all points are settled.
    """
    for part, stubs in STUBS_OF.items():
        for stub in stubs:
            failing = [check for check in grading.checks.values() if is_finding(check, stub)]
            if failing and (known := known_mistake(grading, part, stub)):
                for check in failing:
                    grading.checks[check.id] = replace(check, misconception=known)


def known_mistake(grading: Grading, part: str, stub: str) -> str | None:
    """The misconception behind a failing stub, or None: also where student code ends its process."""
    settings, warm_parent = grading.run.settings, grading.warm_parent
    remote = RemoteSubmission(grading.submission, part, warm_parent, settings, seed=0)
    patient = replace(settings.limits(), cpu_seconds=DIAGNOSIS_SECONDS)
    with ExitStack() as opened:
        opened.callback(remote.close)

        @cache
        def desk() -> Student:
            process = opened.enter_context(warm_parent.student(patient, DIAGNOSIS_SECONDS, seed=0))
            process.ask("load", files=package_files(part, {}), modules=[])
            return process

        try:
            return misconception(stub, remote.ask, desk)
        except (StudentRaised, TimeLimit, Crashed, Missing, Ended):
            return None


def is_finding(check: Check, stub: str) -> bool:
    """Whether the check found something about this stub, other than that it is unwritten or can't be imported."""
    found = check.outcome in ("failed", "error") and check.message_id != "check.not_implemented"
    imported = not str(check.values.get("called", "")).startswith("import ")
    return found and imported and stub_of(check.id) == stub


def pictures(grading: Grading) -> bytes:
    """What the trained model draws; nothing where no model was trained."""
    if grading.trained is None:
        return b""
    run = grading.run
    task = short_run.task(run.dataset, run.data_root, run.seed, run.settings.short_run_images)
    return trained.of(grading.trained, task, run, grading.submission.digest).to_bytes()


def _longer(run: Run, times: float) -> Run:
    """The run with so many times its limits by the wall clock."""
    longer = {
        name: times * getattr(run.settings, name) for name in ("wall_seconds", "short_run_wall_seconds")
    }
    return replace(run, settings=replace(run.settings, **longer))


def result(grading: Grading, seconds: float) -> Result:
    """The record of a finished grading."""
    run, records = grading.run, tuple(grading.checks[name] for name in grading.expected)
    score = sum(check.points for check in records)
    if sum(check.max_points for check in records) != run.settings.max_score:
        raise GraderFault("the checks' points do not add up to the assignment's")
    return Result(
        submission=grading.submission.name,
        score=score,
        max_score=run.settings.max_score,
        status=status(grading),
        dataset=run.dataset,
        device=run.device,
        seed=run.seed,
        seconds=round(seconds, 3),
        checks=records,
        notes=grading.submission.notes,
        digest=grading.submission.digest,
        isolation=grading.warm_parent.tier,
        versions={"autograder": __version__, **grading.warm_parent.versions},
    )


def status(grading: Grading) -> str:
    """The status that CONTRACT section 3 gives to a finished grading."""
    outcomes = {check.outcome for check in grading.checks.values()}
    if not grading.submission.files:
        return "rejected"
    return "timeout" if "timeout" in outcomes else "crashed" if "crashed" in outcomes else "graded"
