"""What failing stubs compute, asked in sealed processes of their own after all points are settled.

The homework's readings (``checks.measured``) decide what can be said; nothing here decides points.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from autograder.checks import measured
from autograder.checks.attempt import Checked
from autograder.checks.measured import Ask, Statement
from autograder.checks.remote import Ended, Missing, RemoteSubmission
from autograder.homework import homework
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Check, Measured
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import Crashed, StudentRaised, TimeLimit

STOPPED = ("timeout", "crashed")
MESSAGES = "measured."  # how the ids of a statement's words begin
NO_ANSWER = (StudentRaised, TimeLimit, Crashed, Missing, Ended)


@dataclass(frozen=True)
class Measurement:
    """What a failing stub computes, and its failing checks with the misconception that this shows."""

    measured: tuple[Measured, ...]
    checks: tuple[Check, ...]


def measurements(done: Checked, warm_parent: WarmParent) -> Iterator[Measurement]:
    """What each failing stub computes.

    A part whose process was stopped is left out: it would be stopped again. So is a stub that calls another about which
    something was said: the root is told alone.
    """
    run = done.run
    said: set[str] = set()
    for part in run.homework.parts:
        if any(check.part == part and check.outcome in STOPPED for check in done.checks.values()):
            continue
        for stub in run.homework.stubs_in(part):
            failing = [check for check in done.checks.values() if is_finding(check, stub)]
            if not failing or said.intersection(measured.built_on(stub)):
                continue
            statements = computes(stub, done.submission, run, warm_parent)
            if statements:
                said.add(stub)
                known = next((each.misconception for each in statements if each.misconception), None)
                named = (replace(each, misconception=known or each.misconception) for each in failing)
                yield Measurement(tuple(recorded(each, run.language) for each in statements), tuple(named))


def is_finding(check: Check, stub: str) -> bool:
    """Whether the check found something about this stub, other than that it is unwritten or can't be imported."""
    found = check.outcome in ("failed", "error") and check.message_id != "check.not_implemented"
    imported = not str(check.values.get("called", "")).startswith("import ")
    return found and imported and homework().stub_of(check.id) == stub


def recorded(statement: Statement, language: str) -> Measured:
    """The statement as results keep it, worded in ``language``."""
    message = Message(f"{MESSAGES}{statement.id}", statement.values)
    return Measured(statement.stub, message.id, message.values, message.text(language))


def computes(stub: str, submission: Submission, run: Run, warm_parent: WarmParent) -> list[Statement]:
    """What can be said about a stub; nothing if student code does not load or ends its process."""
    with closing(_process(stub, submission, run, warm_parent)) as remote:
        try:
            return measured.measured(stub, _asking(remote), run.seed)
        except NO_ANSWER:
            return []


def is_true(said: Measured, submission: Submission, run: Run, warm_parent: WarmParent) -> bool:
    """Whether a recorded statement predicts what a stub answers in a new process to the questions of run's seed."""
    statement = Statement(said.stub, said.id.removeprefix(MESSAGES), said.values, None)
    with closing(_process(said.stub, submission, run, warm_parent)) as remote:
        try:
            return measured.holds(statement, _asking(remote), run.seed)
        except NO_ANSWER:
            return False


def _process(stub: str, submission: Submission, run: Run, warm_parent: WarmParent) -> RemoteSubmission:
    return RemoteSubmission(submission, run.homework.stubs[stub].part, warm_parent, run)


def _asking(remote: RemoteSubmission) -> Ask:
    return lambda calls: remote.ask("many", {"calls": calls})
