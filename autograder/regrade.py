"""Grading once more after a check was corrected: what was before is kept, and shown beside what is now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from autograder.outfolder import Folder
from autograder.results import Result, inert, number, write_atomically
from autograder.table import new_csv

CHANGES = "changes.csv"


@dataclass(frozen=True)
class Change:
    """The score of a submission that was graded again; None where the grader failed."""

    submission: str
    before: float | None
    after: float | None

    @property
    def differs(self) -> bool:
        return self.before != self.after


def new_history(out: Path) -> Path:
    """Where this run is to keep what it replaces: a folder that is not there yet."""
    place = out / "history" / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    names = (place if n == 1 else place.with_name(f"{place.name}-{n}") for n in count(1))
    return next(name for name in names if not name.exists())


def changes(folder: Folder, results: Iterable[Result]) -> list[Change]:
    """Those of the results that took the place of another in this run; written down in the history, too."""
    found = [
        Change(result.submission, before.final, result.final)
        for result in sorted(results, key=lambda result: result.submission)
        if (before := folder.before(result.submission)) is not None
    ]
    if found and folder.history is not None:
        rows = [(inert(each.submission), number(each.before), number(each.after)) for each in found]
        write_atomically(folder.history / CHANGES, new_csv([("submission", "before", "after"), *rows]))
    return found
