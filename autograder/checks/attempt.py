"""One attempt at grading a submission: a process for each part, and one record for each check.

The exception that a check raises decides its outcome. An exception that is not a known verdict is a fault of
the grader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from autograder.checks.expect import Failed
from autograder.checks.limits import limit_met, numbers
from autograder.checks.remote import Ended, Missing, RemoteSubmission
from autograder.intake import Submission
from autograder.messages import Message, words
from autograder.results import Check
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.encoding import MAX_TENSORS
from autograder.sandbox.ends import Crashed, SandboxFault, StudentRaised, TimeLimit, Unsendable
from autograder.sandbox.seal import Limits

MAX_SHOWN = 300
MAX_ANSWER_MB = MAX_TENSORS >> 20


class NotRun(Exception):
    """A check is skipped: its prerequisite did not pass, a file is missing, or a part's process has stopped."""

    def __init__(self, message_id: str, **values: Any) -> None:
        super().__init__(message_id, values)
        self.message_id, self.values = message_id, values


@dataclass(frozen=True)
class Checked:
    """The outcome of an attempt: one record for each check, in order, unless the grader had ``faults``.

    ``waited``: the wall-clock limit, if it ran out before the CPU limit did.
    ``put_aside``: what a check kept for the homework's pictures.
    """

    submission: Submission
    run: Run
    checks: Mapping[str, Check]
    faults: tuple[str, ...]
    sandbox_fault: SandboxFault | None
    waited: TimeLimit | None
    put_aside: Any


class Attempt:
    """An attempt in progress. After its last check, ``brought`` returns its outcome."""

    def __init__(self, submission: Submission, run: Run, warm_parent: WarmParent) -> None:
        self.run = run
        self.checks: dict[str, Check] = {}
        self.put_aside: Any = None
        self._submission, self._warm_parent = submission, warm_parent
        self._remotes: dict[str, RemoteSubmission] = {}
        self._remarks: dict[str, tuple[str, dict[str, Any]]] = {}
        self._faults: list[str] = []
        self._sandbox_fault: SandboxFault | None = None
        self._waited: TimeLimit | None = None

    def part(self, part: str) -> RemoteSubmission:
        """The submission as one part's checks see it. Each part has its own process."""
        if part not in self._remotes:
            self._remotes[part] = RemoteSubmission(self._submission, part, self._warm_parent, self.run)
        return self._remotes[part]

    def whole(self) -> RemoteSubmission:
        """All files of the submission in one process. Raises NotRun if one is missing or stopped its part's process."""
        for part in self.run.homework.parts:
            if part in self._remotes and self._remotes[part].stopped:
                raise NotRun("check.part_stopped", file=self.run.homework.parts[part].file)
        for file in self.run.homework.files:
            if file not in self._submission.files:
                raise NotRun("check.needs_file", file=file)
        return self.part(self.run.homework.whole)

    def end(self, part: str) -> None:
        """End a part's process."""
        if part in self._remotes:
            self._remotes[part].close()

    def close(self) -> None:
        for part in self._remotes:
            self.end(part)

    def remark(self, item: pytest.Item, message_id: str, values: dict[str, Any]) -> None:
        """Set what to say about a check if it passes."""
        self._remarks[check_id(item)] = message_id, values

    def fault(self, item: pytest.Item, error: BaseException | None) -> None:
        """Write down a fault of the grader in this check."""
        self._faults.append(f"{check_id(item)}: {error!r}")

    def record(self, item: pytest.Item, error: BaseException | None) -> None:
        """Write down what a check found: its one record, or a fault of the grader."""
        name, marker = check_id(item), marked(item)
        if name in self.checks:
            self._faults.append(f"{name}: two records")
        called = self._called(item)
        outcome, message_id, all_values, misconception = verdict(error, called, self.run.homework.limits())
        if outcome == "passed":
            message_id, all_values = self._remarks.get(name, (message_id, all_values))
        if isinstance(error, SandboxFault):
            self._sandbox_fault = error
        if outcome == "fault":
            self.fault(item, error)
            return
        values = {
            key: value[:MAX_SHOWN] if isinstance(value, str) else value for key, value in all_values.items()
        }
        if isinstance(error, TimeLimit) and not error.certain:
            self._waited = error
        self.checks[name] = Check(
            id=name,
            part=part_of(item),
            title=words(name, self.run.language, "titles"),
            points=float(marker["points"]) if outcome == "passed" else 0.0,
            max_points=float(marker["points"]),
            outcome=outcome,
            message=Message(message_id, values).text(self.run.language),
            message_id=message_id,
            values=values,
            misconception=misconception,
        )

    def _called(self, item: pytest.Item) -> str:
        part = self.run.homework.whole if "whole_submission" in item.fixturenames else part_of(item)  # type: ignore[attr-defined]
        return self._remotes[part].called if part in self._remotes else ""

    def brought(self, expected: tuple[str, ...]) -> Checked:
        """The outcome of the attempt. ``expected`` are the ids of the checks that had to run."""
        faults = tuple(self._faults)
        if not faults and (not expected or set(self.checks) != set(expected)):
            faults = ("some checks gave no result",)
        return Checked(
            submission=self._submission,
            run=self.run,
            checks=dict(self.checks),
            faults=faults,
            sandbox_fault=self._sandbox_fault,
            waited=self._waited,
            put_aside=self.put_aside,
        )


def verdict(
    error: BaseException | None, called: str, limits: Limits
) -> tuple[str, str, dict[str, Any], str | None]:
    """Outcome, message id, values and misconception for what a check raised. Anything unknown is a ``fault``."""
    match error:
        case None:
            return "passed", "check.passed", {}, None
        case Failed():
            return "failed", error.message_id, error.values, error.misconception
        case StudentRaised(kind="NotImplementedError", line=int()):
            return "error", "check.not_implemented", {"called": called, **_where(error)}, "not-finished"
        case Unsendable():
            values = {"called": called, "what": error.text, "megabytes": MAX_ANSWER_MB}
            return "failed", f"check.answer_{error.kind}", values, None
        case StudentRaised():
            values = {
                "called": called,
                "kind": error.kind,
                "text": without_tensors(error.text),
                **_where(error),
            }
            known = "file-does-not-import" if called.startswith("import ") else None
            limit = limit_met(error.kind, error.text)
            if limit is not None:
                return "error", f"check.limit_{limit}", {**values, **numbers(limit, limits)}, known
            return "error", "check.raised" if error.line else "check.raised_outside", values, known
        case TimeLimit(crowded=True):
            values = {"called": called, "seconds": error.seconds, **numbers("processes", limits)}
            return "timeout", "check.time_processes", values, None
        case TimeLimit():
            unit = "check.cpu_time" if error.certain else "check.wall_time"
            return "timeout", unit, {"called": called, "seconds": error.seconds}, None
        case Crashed():
            values = {"called": called, "number": error.number, **numbers(error.how, limits)}
            return "crashed", f"check.crashed_{error.how}", values, None
        case Missing():
            return "error", error.reason.id, dict(error.reason.values), None
        case Ended(cause=Missing() as missing):
            return "not_run", "check.file_not_usable", {"file": missing.file}, None
        case Ended():
            _, _, values, _ = verdict(error.cause, called, limits)
            return "not_run", "check.ended_before", {"called": values.get("called", "")}, None
        case NotRun():
            return "not_run", error.message_id, error.values, None
    return "fault", "", {}, None


def _where(error: StudentRaised) -> dict[str, Any]:
    return {"file": error.file or "", "line": error.line or 0}


def without_tensors(text: str) -> str:
    """A student's exception text, cut off at the first tensor or array: hidden inputs are not shown."""
    return re.sub(r"(tensor|array)\(.*", r"\1(...)", text, flags=re.DOTALL)


def check_id(item: pytest.Item) -> str:
    return item.name.removeprefix("test_")


def part_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("part")
    assert marker is not None
    return str(marker.args[0])


def marked(item: pytest.Item) -> dict[str, Any]:
    """A check's points, and the check that it needs, if any."""
    marker = item.get_closest_marker("check")
    assert marker is not None
    return dict(marker.kwargs)
