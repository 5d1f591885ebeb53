"""overrides.csv: points that the instructor sets by hand for a check, for a part, or for what lateness costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.checks.listed import listed_checks
from autograder.fingerprint import max_points
from autograder.gradebook.table import Row, Table
from autograder.homework import homework
from autograder.messages import Message, Refusal
from autograder.results import LATE, number

NAME = "overrides.csv"
HEADER = ("student", "item", "points", "reason")


@dataclass(frozen=True)
class Override:
    """One line of the file; ``student`` is a submission's name."""

    student: str
    item: str
    points: float
    reason: str


def read(path: Path, students: Mapping[str, Iterable[str]]) -> list[Override]:
    """The overrides in the file. ``students`` maps each submission to its other ids.

    Raises Refusal if anything in the file is unclear: points are never guessed.
    """
    table = Table.read(path)
    columns = [table.needed(name) for name in HEADER]
    known: dict[str, set[str]] = {}
    for name, ids in students.items():
        for key in {name, *ids}:
            known.setdefault(key, set()).add(name)
    found: dict[tuple[str, str], Override] = {}
    for row in table.rows[1:]:
        override = _override(path, row, columns, known)
        if (override.student, override.item) in found:
            raise _wrong("twice", path, row, student=override.student, item=override.item)
        found[override.student, override.item] = override
    for student, item in found:
        if item in listed_checks() and (student, listed_checks()[item].part) in found:
            values = {"path": str(path), "student": student, "item": item, "part": listed_checks()[item].part}
            raise Refusal(Message("override.both", values))
    return list(found.values())


def _override(path: Path, row: Row, columns: list[int], known: Mapping[str, set[str]]) -> Override:
    student, item, points, reason = (row.value(column) for column in columns)
    names = sorted(known.get(student, ()))
    if len(names) != 1 and student not in names:
        raise _wrong("unknown_student" if not names else "several_students", path, row, student=student[:100])
    most = homework().max_score if item == LATE else max_points(item)
    if most is None:
        parts = ", ".join((*homework().parts, LATE))
        raise _wrong("unknown_item", path, row, item=item[:100], parts=parts)
    try:
        value = float(points.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise _wrong("points", path, row, points=points[:50], item=item, most=number(most))
    if not reason:
        raise _wrong("no_reason", path, row)
    return Override(student if student in names else names[0], item, value, reason)


def _wrong(what: str, path: Path, row: Row, **values: object) -> Refusal:
    return Refusal(Message(f"override.{what}", {"path": str(path), "line": row.line, **values}))
