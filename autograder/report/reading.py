"""OUT/results -> results, also those of an older kit: a page can be drawn of less than a grader needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.messages import Refusal
from autograder.results import TYPES, Check, Result
from autograder.table import Table

# What records may lack that were written before these fields were thought of.
RESULT: Mapping[str, Any] = {
    **{"max_score": 100.0, "dataset": "?", "device": "?", "seed": 0, "seconds": 0.0},
    **{"checks": [], "notes": [], "digest": "", "isolation": "", "versions": {}},
}
CHECK: Mapping[str, Any] = {"title": "", "message": "", "message_id": "", "values": {}, "misconception": None}


@dataclass(frozen=True)
class Graded:
    """What lies in OUT/results: results by the name of their file, and the names of files that hold none."""

    results: Mapping[str, Result]
    unreadable: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """Submission -> the name of its files."""
        return {result.submission: name for name, result in self.results.items()}


def read_results(out: Path) -> Graded:
    """All results of the folder. A second file about one submission counts as unreadable."""
    results: dict[str, Result] = {}
    seen: set[str] = set()
    unreadable = []
    for path in sorted((out / "results").glob("*.json")):
        try:
            result = read_result(path.read_text(encoding="utf-8"))
            if result.submission in seen:
                raise ValueError(f"a second result of {result.submission}")
        except (OSError, ValueError):
            unreadable.append(path.name)
        else:
            seen.add(result.submission)
            results[path.stem] = result
    return Graded(results, tuple(unreadable))


def listed(out: Path) -> set[str] | None:
    """The submissions that have a row in grades.csv, as they are written there; None where there is no such list."""
    with suppress(Refusal):
        table = Table.read(out / "grades.csv")
        column = table.needed("submission")
        return {row.value(column) for row in table.rows[1:]}
    return None


def read_result(text: str) -> Result:
    """One result; what an older kit did not record is filled in. Raises ValueError when it is none."""
    try:
        record = {**RESULT, **json.loads(text)}
        record["checks"] = [_known(Check, {**CHECK, **check}) for check in record["checks"]]
    except (TypeError, RecursionError) as error:
        raise ValueError(f"not a result of this kit: {error}") from error
    return Result.from_json(json.dumps(_known(Result, record)))


def _known(kind: type, record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in TYPES[kind]}
