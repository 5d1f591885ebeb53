"""One submission in, one result out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache

from autograder import __version__, kit
from autograder.checks.attempt import Checked
from autograder.checks.diagnosis import misconception
from autograder.checks.remote import Ended, Missing, RemoteSubmission, package_files
from autograder.checks.session import AfterFile, run_checks
from autograder.homework import homework
from autograder.intake import Submission
from autograder.results import Check, Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.conversation import Student
from autograder.sandbox.ends import Crashed, StudentRaised, TimeLimit

CROWDED = 2  # load per processor: above this, a process may be kept waiting
COMPUTING = 1.0  # seconds of CPU time: a process that used as much was not asleep
PATIENCE = 4  # factor on the wall-clock limit of a process that was kept waiting
DIAGNOSIS_SECONDS = 120


class GraderFault(Exception):
    """The grader failed on a submission: its result is ``failed``, with no score."""


def grade(submission: Submission, run: Run, warm_parent: WarmParent) -> Result:
    """Run all hidden checks on a submission and name its known mistakes. Raises what ``checked`` raises."""
    started = time.monotonic()
    done = checked(submission, run, warm_parent)
    named = {check.id: check for check in name_misconceptions(done, warm_parent)}
    done = replace(done, checks={**done.checks, **named})
    return replace(result(done, warm_parent, time.monotonic() - started), pictures=pictures(done))


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


def name_misconceptions(done: Checked, warm_parent: WarmParent) -> Iterator[Check]:
    """The failing checks of each stub whose mistake is known, with the misconception's id.

    The diagnosis runs in processes of its own, after all points are settled.
    """
    for part in done.run.homework.parts:
        for stub in done.run.homework.stubs_in(part):
            failing = [check for check in done.checks.values() if is_finding(check, stub)]
            if failing and (known := known_mistake(done.submission, done.run, warm_parent, part, stub)):
                yield from (replace(check, misconception=known) for check in failing)


def known_mistake(
    submission: Submission, run: Run, warm_parent: WarmParent, part: str, stub: str
) -> str | None:
    """The misconception behind a failing stub; None if it is not known, or student code raises or ends its process."""
    remote = RemoteSubmission(submission, part, warm_parent, replace(run, seed=0))
    patient = replace(run.homework.limits(), cpu_seconds=DIAGNOSIS_SECONDS)
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
    return found and imported and homework().stub_of(check.id) == stub


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
