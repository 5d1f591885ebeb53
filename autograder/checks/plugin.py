"""The pytest plugin that turns the hidden tests into checks: it hands them the attempt that they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from autograder.checks.attempt import Attempt, NotRun, marked, part_of
from autograder.checks.remote import RemoteSubmission
from autograder.run import Run

Remark = Callable[..., None]
PutAside = Callable[[Any], None]


class Plugin:
    """The checks of this process as pytest's ``items``, and the fixtures that serve them one attempt at a time."""

    attempt: Attempt

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    @contextmanager
    def serving(self, attempt: Attempt) -> Iterator[None]:
        """Let the checks look at this attempt; afterwards nothing of it is kept here."""
        self.attempt = attempt
        try:
            yield
        finally:
            del self.attempt

    def pytest_configure(self, config: pytest.Config) -> None:
        # Nobody reads pytest's own report of a failure, and it takes 45 ms to make.
        config.option.tbstyle = "line"
        config.addinivalue_line("markers", "part(name): the part whose points and process a check belongs to")
        config.addinivalue_line(
            "markers", "check(points, needs): a check's points, and the check to pass first"
        )

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest) -> RemoteSubmission:
        """The submission, in the process of the check's part."""
        return self.attempt.part(part_of(request.node))

    @pytest.fixture
    def whole_submission(self) -> RemoteSubmission:
        """All files of the submission, loaded together in a process of their own."""
        return self.attempt.whole()

    @pytest.fixture
    def run(self) -> Run:
        return self.attempt.run

    @pytest.fixture
    def remark(self, request: pytest.FixtureRequest) -> Remark:
        """``remark(message_id, **values)``: what to say if the check passes."""

        def say(message_id: str, **values: Any) -> None:
            self.attempt.remark(request.node, message_id, values)

        return say

    @pytest.fixture
    def put_aside(self) -> PutAside:
        """``put_aside(value)``: keep a value for the homework's pictures."""

        def kept(value: Any) -> None:
            self.attempt.put_aside = value

        return kept

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        needs = marked(item).get("needs")
        if needs and self.attempt.checks[needs].outcome != "passed":
            raise NotRun("check.not_run", needed=needs)

    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """End a part's process after the part's last check."""
        part = part_of(item)
        if nextitem is None or part_of(nextitem) != part:
            self.attempt.end(part)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        error = None if call.excinfo is None else call.excinfo.value
        if call.when == "call" or (call.when == "setup" and error is not None):
            self.attempt.record(item, error)
        elif error is not None:
            self.attempt.fault(item, error)
        return (yield)
