"""The gradebook files that are known: which column tells who a row is about, and which one takes the score."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.messages import Message, Refusal
from autograder.table import Row, Table

CANVAS_ASSIGNMENT = re.compile(r".*\(\d+\)", re.DOTALL)
POINTS_POSSIBLE = "Points Possible"


@dataclass(frozen=True)
class Channel:
    """One LMS. Its ``own`` column holds what its downloads are named by, ``others`` what people are known by.

    Where ``kept`` is the value of the column ``locked`` in any case, or of the score's own cell, the row is left alone.
    """

    name: str
    own: tuple[str, ...]
    others: tuple[str, ...]
    score: tuple[str, ...]
    maximum: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    any_id: bool = False
    numbered: bool = False  # an own id is a word and a number


CHANNELS = {
    "canvas": Channel("canvas", ("ID",), ("SIS User ID", "SIS Login ID"), (), kept=("ex",)),
    "moodle": Channel(
        "moodle",
        ("Identifier", "식별자"),
        ("ID number", "학번", "Email address", "이메일 주소"),
        ("Grade", "성적"),
        ("Maximum Grade", "최대 성적"),
        ("Grade can be changed", "성적을 변경할 수 있음"),
        ("no", "아니오", "아니요"),
        numbered=True,
    ),
    "gradescope": Channel(
        "gradescope",
        ("SID", "Email"),
        ("SID", "Email"),
        ("Total Score",),
        ("Max Points",),
        any_id=True,
    ),
    "csv": Channel(
        "csv",
        (),
        (
            "학번",
            "student id",
            "student_id",
            "sid",
            "id",
            "이메일",
            "email",
            "username",
            "submission",
            "student",
        ),
        ("점수", "성적", "score", "grade", "points", "mark"),
        any_id=True,
    ),
}


@dataclass(frozen=True)
class Columns:
    """Where things stand in one file."""

    own: tuple[int, ...]
    others: tuple[int, ...]
    score: int
    maximum: int | None
    locked: int | None


def columns(channel: Channel, table: Table, id_column: str | None, score_column: str | None) -> Columns:
    """Find the columns by their headings, or as they were named by hand. Raises Refusal that names what is missing."""
    if id_column is not None:
        own: tuple[int, ...] = (table.needed(id_column),)
        others = own
    else:
        own, others = (_present(table, names) for names in (channel.own, channel.others))
        if not channel.any_id:
            own = (table.needed(*channel.own),)
        elif not own:
            others = (table.needed(*channel.others),)
    if score_column is not None:
        score = table.needed(score_column)
    else:
        score = table.needed(*channel.score) if channel.score else _assignment(table)
    maximum, locked = (table.column(*names) for names in (channel.maximum, channel.locked))
    if channel.maximum and score_column is None:
        maximum = table.needed(*channel.maximum)
    return Columns(own, others, score, maximum, locked)


def _present(table: Table, names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(column for name in names if (column := table.column(name)) is not None)


def _assignment(table: Table) -> int:
    """Canvas's one column that is an assignment: a title and a number."""
    found = [heading for heading in table.header if CANVAS_ASSIGNMENT.fullmatch(heading)]
    if len(found) != 1:
        which = "several_assignments" if found else "no_assignment"
        shown = ", ".join(found or table.header)[:300]
        raise Refusal(Message(f"export.{which}", {"path": str(table.path), "found": shown}))
    return table.needed(found[0])


def student_rows(channel: Channel, table: Table, where: Columns) -> Iterator[tuple[int, Row]]:
    """The rows that are about students; Canvas has some above that are not."""
    for number, row in enumerate(table.rows[1:], 1):
        if channel.name == "canvas" and not any(row.value(column) for column in where.own):
            continue
        yield number, row


def maximum(channel: Channel, table: Table, where: Columns, row: Row) -> float | None:
    """What the score of this row is out of; None where the file does not say."""
    if where.maximum is not None:
        return decimal(row.value(where.maximum))
    if channel.name == "canvas":
        for each in table.rows[1:]:
            if each.value(0) == POINTS_POSSIBLE:
                return decimal(each.value(where.score))
    return None


def decimal(text: str) -> float | None:
    """A number with either decimal mark; None for anything else."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
