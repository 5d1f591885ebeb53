"""The fixture ``submission``: one part of a submission, in a sealed process of its own.

The process starts with the first question, so a part that is never asked costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from autograder import kit
from autograder.checks.expect import Failed
from autograder.homework import homework
from autograder.intake import Submission
from autograder.messages import Message
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.conversation import Student
from autograder.sandbox.ends import Crashed, StudentRaised, TimeLimit

T = TypeVar("T")


class Missing(Exception):
    """A file of this part was not handed in, or could not be used; ``reason`` says why."""

    def __init__(self, file: str, reason: Message) -> None:
        super().__init__(file, reason)
        self.file, self.reason = file, reason


class Ended(Exception):
    """The part's process ended, or did not load, in an earlier check; ``cause`` is that check's exception."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


@cache
def _lent(part: str) -> Mapping[str, str]:
    """The kit's given files and stand-ins, by name. A student's copy of a given file is never used."""
    given = {path.name: path for path in homework().given_files}
    folder = kit.folder() / "probes" / "standins"
    stand_ins = {name: folder / name for name in homework().files}
    files = {name: _text(path.read_bytes()) for name, path in {**given, **stand_ins}.items()}
    for path in (folder / f"for_{part}").glob("*.py"):
        files[path.name] += "\n\n" + _text(path.read_bytes())
    return files


def package_files(part: str, own: Mapping[str, bytes]) -> dict[str, str]:
    """The package for one part: given files and stand-ins, some replaced by the student's ``own``."""
    return {**_lent(part), **{name: _text(source) for name, source in own.items()}}


def _text(source: bytes) -> str:
    return source.decode("latin-1")  # every byte crosses unchanged; Python finds out the encoding


# What an answer must hold before a check looks at it; ``object`` means anything.
ANSWER: Mapping[str, type] = {"value": object, "gradients": dict, "after": dict}


def well_formed(answer: Any, form: Mapping[str, type]) -> dict[str, Any]:
    """The answer, if it has this form; else raises Crashed. A student's process could send any data."""
    if isinstance(answer, dict) and all(isinstance(answer.get(key), kind) for key, kind in form.items()):
        return answer
    raise Crashed("garbled")


class RemoteSubmission:
    """One part of a submission as the checks see it. Asking raises what ``Student.ask`` raises, Missing or Ended."""

    def __init__(self, submission: Submission, part: str, warm_parent: WarmParent, run: Run) -> None:
        self.part = part
        self.called = ""
        self._submission, self._warm_parent, self._run = submission, warm_parent, run
        self._student: Student | None = None
        self._end: Exception | None = None
        self._answers: dict[str, Any] = {}

    def device(self, probe: str, called: str, **arguments: Any) -> None:
        """Raise Failed if a function mixes devices or does not move the model."""
        seen = self.answer(f"{probe}_device", called, arguments, {"mixed": bool})
        if seen.get("mixed") is not False:
            raise Failed("check.devices_mixed", called=called)
        if seen.get("moved", True) is not True:
            raise Failed("check.model_not_moved", called=called)

    def once(self, called: str, ask: Callable[[], T]) -> T:
        """The answer to a call that several checks look at. The call is made once, and again only if it failed."""
        self.called = called
        if called not in self._answers:
            self._answers[called] = ask()
        answer: T = self._answers[called]
        return answer

    def answer(
        self, probe: str, called: str, arguments: Mapping[str, Any], form: Mapping[str, type] = ANSWER
    ) -> dict[str, Any]:
        """A probe's answer, if it has this form."""
        return well_formed(self.ask(probe, arguments, called), form)

    def ask(self, probe: str, arguments: Mapping[str, Any], called: str = "") -> Any:
        """Perform any probe; the answer may be anything. ``called`` is what students read about it."""
        if self._end is not None:
            raise Ended(self._end)
        try:
            if self._student is None:
                self.called = "import " + ", ".join(
                    f"{self._run.homework.package}.{name}" for name in self._modules()
                )
                self._student = self._load()
            self.called = called
            return self._student.ask(probe, **arguments)
        except (TimeLimit, Crashed, Missing) as end:
            self._end = end
            raise
        except StudentRaised as raised:
            if self.called != called:
                self._end = raised
            raise

    def _modules(self) -> list[str]:
        known = self._run.homework
        return list(known.modules) if self.part == known.whole else [known.parts[self.part].module]

    def _load(self) -> Student:
        own = [f"{module}.py" for module in self._modules()]
        for name in own:
            if name not in self._submission.files:
                raise Missing(name, self._submission.problems[name])
        known, whole = self._run.homework, self.part == self._run.homework.whole
        files = package_files(self.part, {name: self._submission.files[name] for name in own})
        student = self._warm_parent.student(
            known.limits(whole),
            known.short_run_wall_seconds if whole else known.wall_seconds,
            self._run.student_seed(self.part),
        )
        try:
            student.ask("load", files=files, modules=self._modules())
        except BaseException:
            student.close()
            raise
        return student

    @property
    def stopped(self) -> bool:
        """Whether the part's process ran into a limit or crashed."""
        return isinstance(self._end, (TimeLimit, Crashed))

    def close(self) -> None:
        if self._student is not None:
            self._student.close()
