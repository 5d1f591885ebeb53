"""A failure as a value: what was called, returned and expected, the likely cause, and where to edit."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vae.desk import source
from vae.desk.tasks import HANDOUT, NO_WORDS, Words

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
        file, line: where to edit; line 0 if the place in the file is not known.
        last, function: the last line to look at and the function, where no single line is known to be at fault.
        source: the text of the line that is known to be at fault, else "".
        printed: the last lines that the student's code printed.
        computes: what the task's function was found to compute; empty if nothing can be said.
        shows: the names of the misconceptions that this shows, as the readings call them.
    """

    kind: str
    task: str
    what: Words
    cause: Words
    called: str | Words = ""
    returned: str | Words = ""
    expected: str | Words = ""
    file: str = ""
    line: int = 0
    last: int = 0
    function: str = ""
    source: str = ""
    printed: str = ""
    computes: Words = NO_WORDS
    shows: str = ""

    @property
    def place(self) -> str:
        """`vae/loss.py:57` or `vae/loss.py:57-60`, which editors turn into a link."""
        last = f"-{self.last}" if self.last > self.line else ""
        return f"{self.file}:{self.line}{last}" if self.line else self.file

    @property
    def here(self) -> str:
        """The place as a path from the current folder, so that a click in a terminal finds it."""
        return source.shown(HANDOUT / self.place, Path.cwd()) if self.file else ""

    def rows(self) -> list[tuple[Words, str]]:
        """The labelled lines of a message that have a value."""
        labels = {
            Words("호출", "called"): self.called,
            Words("결과", "returned"): self.returned,
            Words("기대", "expected"): self.expected,
            Words("측정", "measured"): self.computes,
            Words("할 일", "to do"): self.cause,
            Words("고칠 곳", "edit"): f"{self.here}   {self.source or self.function}".rstrip(),
            Words("출력", "printed"): self.printed,
        }
        return [(label, str(text)) for label, text in labels.items() if str(text)]

    def __str__(self) -> str:
        """The message as plain text, as `pytest` shows it."""
        lines = [str(self.what)]
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
        pairs = {field: Words(*pair) for field, pair in values.items() if isinstance(pair, (list, tuple))}
        return cls(**{**values, **pairs})


def say(korean: str, english: str, status: int = 1) -> int:
    """Print one of the two to stderr. Returns `status`, an exit status."""
    print(Words(korean, english), file=sys.stderr, flush=True)
    return status


def unsaved(path: Path | str, error: Exception) -> int:
    """Say that a result of a training can't be saved. Returns 1."""
    why = getattr(error, "strerror", None) or error
    return say(
        f"{path}: 저장할 수 없습니다({why}). 디스크의 여유 공간을 확인하거나 --out으로 다른 폴더를 지정하세요.",
        f"{path}: cannot be saved ({why}). Check the disk space, or choose another folder with --out.",
    )
