"""OUT/results -> results, including those of an older kit."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.gradebook.table import Table
from autograder.messages import Refusal
from autograder.results import Result


@dataclass(frozen=True)
class Stored:
    """What is in OUT/results: results by the name of their file, and the names of files that hold none."""

    results: Mapping[str, Result]
    unreadable: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """Submission -> the name of its files."""
        return {result.submission: name for name, result in self.results.items()}


def read_results(out: Path) -> Stored:
    """All results of the folder. A second file about one submission counts as unreadable."""
    results: dict[str, Result] = {}
    seen: set[str] = set()
    unreadable = []
    for path in sorted((out / "results").glob("*.json")):
        try:
            result = Result.from_json(path.read_text(encoding="utf-8"))
            if result.submission in seen:
                raise ValueError(f"a second result of {result.submission}")
        except (OSError, ValueError):
            unreadable.append(path.name)
        else:
            seen.add(result.submission)
            results[path.stem] = result
    return Stored(results, tuple(unreadable))


def listed(out: Path) -> set[str] | None:
    """The submissions that have a row in grades.csv, as they are written there; None if there is no such list."""
    with suppress(Refusal):
        table = Table.read(out / "grades.csv")
        column = table.needed("submission")
        return {row.value(column) for row in table.rows[1:]}
    return None
