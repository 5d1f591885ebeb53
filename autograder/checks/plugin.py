"""The pytest plugin that turns the hidden test files into checks of one submission.

It hands the tests their fixtures, and writes one record for each check: what the test raised
decides about the outcome, and whatever is no known verdict is the grader's own fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from autograder.checks import short_run
from autograder.checks.expect import Failed
from autograder.checks.inputs import Draw
from autograder.checks.limits import limit_met, numbers
from autograder.checks.remote import SHORT_RUN, Ended, Missing, RemoteSubmission
from autograder.checks.trained import Trained
from autograder.intake import Submission
from autograder.messages import Message, words
from autograder.results import Check
from autograder.run import Run
from autograder.sandbox.client import Crashed, SandboxFault, StudentRaised, TimeLimit, Unsendable, WarmParent
from autograder.sandbox.seal import Limits
from autograder.sandbox.wire import MAX_TENSORS
from autograder.settings import FILES, PARTS

MAX_SHOWN = 300
MAX_ANSWER_MB = MAX_TENSORS >> 20
Remark = Callable[..., None]


class NotRun(Exception):
    """A check that is not worth asking, because ``needed`` has not been passed."""

    def __init__(self, message_id: str, **values: Any) -> None:
        super().__init__(message_id, values)
        self.message_id, self.values = message_id, values


@dataclass
class Grading:
    """One attempt at grading a submission; ``checks`` fills up as pytest runs."""

    submission: Submission
    run: Run
    warm_parent: WarmParent
    after_file: Callable[[Grading], None] = lambda _: None
    checks: dict[str, Check] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    sandbox_fault: SandboxFault | None = None
    waited: TimeLimit | None = None
    expected: tuple[str, ...] = ()
    remotes: dict[str, RemoteSubmission] = field(default_factory=dict)
    remarks: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    trained: Trained | None = None

    def remote(self, part: str) -> RemoteSubmission:
        """The submission as one part's checks see it; each part has a process of its own."""
        if part not in self.remotes:
            self.remotes[part] = RemoteSubmission(
                self.submission, part, self.warm_parent, self.run.settings, self.run.seed
            )
        return self.remotes[part]

    def close(self) -> None:
        for remote in self.remotes.values():
            remote.close()

    def record(self, item: pytest.Item, error: BaseException | None) -> None:
        """Write down what a check found: its one record, or the grader's own fault."""
        name, marker = check_id(item), _marker(item)
        if name in self.checks:
            self.faults.append(f"{name}: two records")
        called = self._called(item)
        outcome, message_id, all_values, misconception = verdict(error, called, self.run.settings.limits())
        if outcome == "passed":
            message_id, all_values = self.remarks.get(name, (message_id, all_values))
        if isinstance(error, SandboxFault):
            self.sandbox_fault = error
        if outcome == "fault":
            self.faults.append(f"{name}: {error!r}")
            return
        values = {
            key: value[:MAX_SHOWN] if isinstance(value, str) else value for key, value in all_values.items()
        }
        if isinstance(error, TimeLimit) and not error.certain:
            self.waited = error
        self.checks[name] = Check(
            id=name,
            part=_part(item),
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
        part = SHORT_RUN if "short_run_submission" in item.fixturenames else _part(item)  # type: ignore[attr-defined]
        return self.remotes[part].called if part in self.remotes else ""


class Plugin:
    """Hands the checks of this process what they need of the submission that is being graded: ``grading``."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.grading: Grading

    def pytest_configure(self, config: pytest.Config) -> None:
        # Nobody reads pytest's own report of a failure, and it takes 45 ms to draw.
        config.option.tbstyle = "line"
        config.addinivalue_line("markers", "part(name): the part whose points and process a check belongs to")
        config.addinivalue_line(
            "markers", "check(points, needs): a check's points, and the check to pass first"
        )

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items

    @pytest.fixture(name="submission")
    def part_of_submission(self, request: pytest.FixtureRequest) -> RemoteSubmission:
        return self.grading.remote(_part(request.node))

    @pytest.fixture
    def short_run_submission(self) -> RemoteSubmission:
        for part in PARTS:
            if part in self.grading.remotes and self.grading.remotes[part].stopped:
                raise NotRun("check.part_stopped", file=FILES[part])
        for file in FILES.values():
            if file not in self.grading.submission.files:
                raise NotRun("check.needs_file", file=file)
        return self.grading.remote(SHORT_RUN)

    @pytest.fixture
    def short_run_task(self) -> short_run.Task:
        run = self.grading.run
        return short_run.task(run.dataset, run.data_root, run.seed, run.settings.short_run_images)

    @pytest.fixture
    def remark(self, request: pytest.FixtureRequest) -> Remark:
        """``remark(message_id, **values)``: what to say where the check passes."""

        def say(message_id: str, **values: Any) -> None:
            self.grading.remarks[check_id(request.node)] = (message_id, values)

        return say

    @pytest.fixture
    def keep(self) -> Callable[[Trained], None]:
        """``keep(trained)``: put the short run's weights aside for pictures."""

        def kept(trained: Trained) -> None:
            self.grading.trained = trained

        return kept

    @pytest.fixture
    def draw(self) -> Draw:
        return Draw(self.grading.run.seed)

    @pytest.fixture
    def seed(self) -> int:
        return self.grading.run.seed

    @pytest.fixture
    def dataset(self) -> str:
        return self.grading.run.dataset

    @pytest.fixture
    def device(self) -> str:
        return self.grading.run.device

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        needs = _marker(item).get("needs")
        if needs and self.grading.checks[needs].outcome != "passed":
            raise NotRun("check.not_run", needed=needs)

    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """A part's process ends with the part's last check."""
        part = _part(item)
        if part in self.grading.remotes and (nextitem is None or _part(nextitem) != part):
            self.grading.remotes[part].close()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            self.grading.record(item, None if call.excinfo is None else call.excinfo.value)
        elif call.excinfo is not None:
            self.grading.faults.append(f"{check_id(item)}: {call.excinfo.value!r}")
        return (yield)


def verdict(
    error: BaseException | None, called: str, limits: Limits
) -> tuple[str, str, dict[str, Any], str | None]:
    """Outcome, message id, values and misconception for what a check raised; ``fault`` for anything unknown."""
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
    """A student's exception text without the numbers of any tensor in it: hidden inputs are not shown."""
    return re.sub(r"(tensor|array)\(.*", r"\1(...)", text, flags=re.DOTALL)


def check_id(item: pytest.Item) -> str:
    return item.name.removeprefix("test_")


def _part(item: pytest.Item) -> str:
    marker = item.get_closest_marker("part")
    assert marker is not None
    return str(marker.args[0])


def _marker(item: pytest.Item) -> dict[str, Any]:
    marker = item.get_closest_marker("check")
    assert marker is not None
    return dict(marker.kwargs)
