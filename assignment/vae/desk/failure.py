"""A failure as a value: what was called, returned and expected, the likely cause, and where to edit."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import Any

from vae.desk.tasks import NO_WORDS, Words

STUB, WRONG, ERROR, SETUP = "stub", "wrong", "error", "setup"


@dataclass(frozen=True)
class Failure:
    """What a student is told about one thing that is not right yet.

    Attributes:
        kind: "stub" (not written), "wrong" (a check failed), "error" (an exception, a file that does not load)
            or "setup" (not the student's code: packages, folders).
        task: the id of the task, or "".
        what: the behaviour that is missing, or what happened.
        cause: the likely cause and what to do next.
        file, line, source: where to edit; line 0 and source "" if there is no single line.
        printed: the last lines that the student's code printed.
        computes: what the task's function was found to compute; empty if nothing can be said.
        shows: the names of the misconceptions that this shows, as the readings call them.
    """

    kind: str
    task: str
    what: Words
    cause: Words
    called: str = ""
    returned: str = ""
    expected: str = ""
    file: str = ""
    line: int = 0
    source: str = ""
    printed: str = ""
    computes: Words = NO_WORDS
    shows: str = ""

    @property
    def place(self) -> str:
        """`vae/loss.py:57`, which editors turn into a link."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def rows(self) -> list[tuple[Words, str]]:
        """The labelled lines of a message that have a value."""
        labels = {
            Words("호출", "called"): self.called,
            Words("결과", "returned"): self.returned,
            Words("기대", "expected"): self.expected,
            Words("측정", "measured"): "\n".join(filter(None, self.computes)),
            Words("할 일", "to do"): f"{self.cause.ko}\n{self.cause.en}",
            Words("고칠 곳", "edit"): f"{self.place}   {self.source}".rstrip(),
            Words("출력", "printed"): self.printed,
        }
        return [(label, text) for label, text in labels.items() if text]

    def __str__(self) -> str:
        """The message as plain text, as `pytest` shows it."""
        lines = [self.what.ko, self.what.en]
        for label, text in self.rows():
            head, *rest = text.splitlines()
            lines += [f"  {label}: {head}", *(f"      {line}" for line in rest)]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Failure:
        """The inverse of `as_dict`, also after a round trip through JSON."""
        return cls(**{**values, **{name: Words(*values[name]) for name in ("what", "cause", "computes")}})


def say(korean: str, english: str, status: int = 1) -> int:
    """Print both lines to stderr. Returns `status`, an exit status."""
    print(f"{korean}\n{english}", file=sys.stderr, flush=True)
    return status
