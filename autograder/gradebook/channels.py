"""The known kinds of gradebook files: which column says whom a row is about, and which one takes the score."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.gradebook.table import Row, Table, decimal
from autograder.messages import Message, Refusal

CANVAS_ASSIGNMENT = re.compile(r".*\(\d+\)", re.DOTALL)
CANVAS_COMPUTED = re.compile(
    r"(.* )?(Current|Final|Override) (Score|Points|Grade|Status)( \(.*\))?", re.I | re.S
)
READ_ONLY = re.compile(r"\(.*\)")  # what Canvas writes instead of the points possible, in any language
POINTS_POSSIBLE = "Points Possible"


@dataclass(frozen=True)
class Channel:
    """One LMS, by the headings of its columns. ``own``: ids that occur in its downloads' names; ``others``: other ids.

    A row is left alone if its cell in the column ``locked`` (without such a column, its score) is one of ``kept``, in
    upper or lower case. ``free`` are the words in ``locked`` for a row that may change.
    """

    name: str
    own: tuple[str, ...]
    others: tuple[str, ...]
    score: tuple[str, ...]
    maximum: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    any_id: bool = False
    numbered: bool = False  # an own id is a word and a number: Participant 12345


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
        ("yes", "예", "네"),
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
    """The positions of the columns in one file."""

    own: tuple[int, ...]
    others: tuple[int, ...]
    score: int
    maximum: int | None
    locked: int | None


def columns(channel: Channel, table: Table, id_column: str | None, score_column: str | None) -> Columns:
    """Find the columns by their usual headings, or by those that are given. Raises Refusal if one is missing or unfit."""
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
    if channel.free:
        maximum, locked = _as_moodle_has_them(channel, table, score, maximum, locked)
    elif channel.maximum and score_column is None:
        maximum = table.needed(*channel.maximum)
    if score in (*own, *others, maximum, locked) or _is_read_only(channel, table, own, score):
        raise Refusal(Message("export.no_scores", {"path": str(table.path), "column": table.header[score]}))
    return Columns(own, others, score, maximum, locked)


def _as_moodle_has_them(
    channel: Channel, table: Table, score: int, maximum: int | None, locked: int | None
) -> tuple[int, int]:
    """The columns of the maximum and the lock, found by their cells if a heading is in another language.

    The maximum is a column of numbers right after the score; a lock says only yes or no. Raises Refusal without both.
    """

    def found(column: int) -> set[str]:
        return {cell for row in table.rows[1:] if (cell := row.value(column).casefold())}

    if locked is None:
        known = {*channel.kept, *channel.free}
        locked = next((n for n in range(len(table.header)) if found(n) and found(n) <= known), None)
    if maximum is None and all(cell == "-" or decimal(cell) is not None for cell in found(score + 1) or "?"):
        maximum = score + 1
    if maximum is None or locked is None:
        values = {"path": str(table.path), "found": ", ".join(table.header)[:300]}
        raise Refusal(Message("export.language", values))
    return maximum, locked


def _present(table: Table, names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(column for name in names if (column := table.column(name)) is not None)


def _assignment(table: Table) -> int:
    """Canvas's one column for an assignment: headed by a title and a number, and not computed by Canvas itself.

    Raises Refusal if there is none or more than one.
    """
    found = [
        heading
        for heading in table.header
        if CANVAS_ASSIGNMENT.fullmatch(heading) and not CANVAS_COMPUTED.fullmatch(heading)
    ]
    if len(found) != 1:
        which = "several_assignments" if found else "no_assignment"
        shown = ", ".join(found or table.header)[:300]
        raise Refusal(Message(f"export.{which}", {"path": str(table.path), "found": shown}))
    return table.needed(found[0])


def _is_read_only(channel: Channel, table: Table, own: tuple[int, ...], column: int) -> bool:
    """Whether Canvas says, in a row above the students, that this column takes no scores."""
    return channel.name == "canvas" and any(
        READ_ONLY.fullmatch(row.value(column)) for row in _about_nobody(table, own)
    )


def _about_nobody(table: Table, own: tuple[int, ...]) -> list[Row]:
    """The rows without an id. Canvas has some above the students."""
    return [row for row in table.rows[1:] if not any(row.value(column) for column in own)]


def student_rows(channel: Channel, table: Table, where: Columns) -> Iterator[tuple[int, Row]]:
    """The rows about students, each with its number. Canvas has other rows above them."""
    for number, row in enumerate(table.rows[1:], 1):
        if channel.name == "canvas" and not any(row.value(column) for column in where.own):
            continue
        yield number, row


def maximum(channel: Channel, table: Table, where: Columns, row: Row) -> str | None:
    """The most points that this row can get, as written in the file; None if the file does not say."""
    if where.maximum is not None:
        return row.value(where.maximum) or (None if channel.any_id else "")
    if channel.name == "canvas":
        for each in _about_nobody(table, where.own):
            cell = each.value(where.score)
            if each.value(0) == POINTS_POSSIBLE or decimal(cell) is not None:
                return cell
    return None
