"""Put scores into a gradebook: matched by id, checked before anything is written, and nothing else changed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.gradebook.channels import Channel, Columns, maximum, student_rows
from autograder.gradebook.roster import Handed
from autograder.gradebook.table import Row, Table, decimal
from autograder.intake.lms import MOODLE
from autograder.messages import Message, Refusal
from autograder.results import number

GROUPS = ("Group", "모둠", "그룹")  # headings of the column of teams in Moodle's worksheet


@dataclass(frozen=True)
class Filled:
    """The new file, and who got no score in it.

    ``unknown`` handed in but have no row; ``absent`` are rows without a hand-in; ``kept`` rows are excused or
    locked; ``unscored`` could not be graded.
    """

    content: bytes
    matched: int
    changed: int
    unknown: tuple[str, ...]
    absent: tuple[str, ...]
    kept: tuple[str, ...]
    unscored: tuple[str, ...]


def fill(channel: Channel, table: Table, where: Columns, handed: Sequence[Handed], scale: bool) -> Filled:
    """The gradebook with the scores in it. Raises Refusal if anything is uncertain; then nothing is filled in."""
    rows = dict(student_rows(channel, table, where))
    matches = _matches(channel, table, where, rows, handed)
    if not matches:
        raise Refusal(Message("export.nobody", {"path": str(table.path), "count": len(handed)}))
    comma = _decimal_comma(table, where, rows.values())
    changes: dict[tuple[int, int], str] = {}
    kept, unscored = [], []
    for place, each in matches.items():
        row = rows[place]
        if each.score is None:
            unscored.append(each.name)
        elif _is_kept(channel, table, where, row):
            kept.append(each.name)
        else:
            most = maximum(channel, table, where, row)
            changes[place, where.score] = _score(table, row, each, most, scale, comma)
    differing = sum(rows[place].value(column) != value for (place, column), value in changes.items())
    met = {each.name for each in matches.values()}
    return Filled(
        table.filled(changes),
        len(matches),
        differing,
        tuple(each.name for each in handed if each.name not in met),
        tuple(_shown(where, row) for place, row in rows.items() if place not in matches),
        tuple(kept),
        tuple(unscored),
    )


def _matches(
    channel: Channel, table: Table, where: Columns, rows: Mapping[int, Row], handed: Iterable[Handed]
) -> dict[int, Handed]:
    """Each row's submission. Raises Refusal if one submission (not a team's) fits two rows, or two fit one row."""
    found: dict[int, Handed] = {}
    index = {
        column: _index(table, column, rows, numbered=channel.numbered and column in where.own)
        for column in {*where.own, *where.others}
    }
    for each in _owners(list(handed), {key for keys in index.values() for key in keys}):
        own = each.lms == channel.name
        keys = each.keys(channel.name)
        places = {
            index[column][key]
            for column in (where.own if own else where.others)
            for key in keys & index[column].keys()
        }
        if own and channel.numbered:
            places = _named_so(table, rows, each, places)
        group = own and (channel.numbered or channel.name == "gradescope")
        if len(places) > 1 and not group:
            lines = ", ".join(str(rows[place].line) for place in sorted(places))
            raise Refusal(
                Message("export.two_rows", {"path": str(table.path), "name": each.name, "lines": lines})
            )
        for place in places:
            if place in found:
                names = f"{found[place].name}, {each.name}"
                values = {"path": str(table.path), "line": rows[place].line, "names": names}
                raise Refusal(Message("export.two_submissions", values))
            found[place] = each
    return dict(sorted(found.items()))


def _named_so(table: Table, rows: Mapping[int, Row], each: Handed, places: set[int]) -> set[int]:
    """The rows of one Moodle hand-in. Its number may be a team's, and another person may have the same one.

    So the name must be in the row with this number, or in the column of the groups. Raises Refusal if it is in neither.
    """
    match = MOODLE.fullmatch(each.upload.rstrip("/"))
    name = _plain(match["name"] if match else each.name)

    def is_name(cell: str) -> bool:
        ids = {_plain(f"{name}{between}{id}") for id in each.ids for between in ("", " ")}
        return bool(cell) and (cell == name or name.endswith(f"-{cell}") or cell in ids)

    same = {place for place in places if any(is_name(_plain(cell.value)) for cell in rows[place].cells)}
    column = table.column(*GROUPS)
    team = {place for place, row in rows.items() if column is not None and _plain(row.value(column)) == name}
    if places and not (same or team):
        place = min(places)
        values = {"path": str(table.path), "line": rows[place].line, "name": each.name}
        raise Refusal(Message("export.other_name", values))
    return same or team


def _plain(name: str) -> str:
    """A name in a form that can be compared with what Moodle makes of it in file names."""
    kept = re.sub(r"[&<>\"`|':\\/]", "", unicodedata.normalize("NFC", name)).replace("_", " ")
    return " ".join(kept.split()).casefold()


def _owners(handed: list[Handed], known: set[str]) -> list[Handed]:
    """Set the ids of repositories called HOMEWORK-OWNER, all cut at the place where the gradebook knows most owners.

    If each were cut by itself, "lee-min" could become "min", who is somebody else. If both are known, both are ids.
    """
    clones = [each for each in handed if each.lms == "github"]
    common = os.path.commonprefix([each.name for each in clones]) if len(clones) > 1 else ""  # noqa: RUF071
    best, most = 0, len(clones) // 2
    cuts = [at + 1 for at, letter in enumerate(common) if letter == "-"]
    for cut in cuts:
        met = sum(each.name[cut:].casefold() in known for each in clones)
        best, most = (cut, met) if met > most else (best, most)

    def ids(name: str) -> tuple[str, ...]:
        others = [name[cut:] for cut in cuts if name[cut:].casefold() in known]
        return (name[best:], *(others if best else ()))

    return [replace(each, ids=ids(each.name)) if each.lms == "github" else each for each in handed]


def _index(table: Table, column: int, rows: Mapping[int, Row], numbered: bool) -> dict[str, int]:
    """The rows by their id in a column. Raises Refusal if an id occurs twice."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, row in rows.items():
        if key := _id(row.value(column), numbered):
            places[key].append(place)
    for key, found in places.items():
        if len(found) > 1:
            lines = ", ".join(str(rows[place].line) for place in found)
            raise Refusal(Message("export.row_twice", {"path": str(table.path), "id": key, "lines": lines}))
    return {key: found[0] for key, found in places.items()}


def _id(cell: str, numbered: bool) -> str:
    """An id as it is compared: of Moodle's "Participant 12345", in any language, only the number."""
    match = re.fullmatch(r".*?(\d+)", cell) if numbered else None
    return (match[1] if match else cell).casefold()


def _is_kept(channel: Channel, table: Table, where: Columns, row: Row) -> bool:
    """Whether the row is excused or locked. Raises Refusal if a lock says neither yes nor no."""
    if where.locked is None:
        return row.value(where.score).casefold() in channel.kept
    cell = row.value(where.locked)
    if cell.casefold() not in (*channel.kept, *channel.free, ""):
        column = table.header[where.locked]
        values = {"path": str(table.path), "line": row.line, "cell": cell[:50], "column": column}
        raise Refusal(Message("export.lock", values))
    return cell.casefold() in channel.kept


def _score(table: Table, row: Row, each: Handed, cell: str | None, scale: bool, comma: bool) -> str:
    """The text of the score's cell; ``cell`` is the maximum as the file has it. Raises Refusal if they don't fit."""
    assert each.score is not None
    score = each.score
    if cell is not None:
        most = decimal(cell) or 0.0
        values = {"path": str(table.path), "line": row.line, "most": cell, "ours": number(each.max_score)}
        if most <= 0:
            raise Refusal(Message("export.no_points", values))
        if most != each.max_score and not (scale and each.max_score):
            raise Refusal(Message("export.maximum", {**values, "most": number(most)}))
        score *= most / each.max_score
    text = number(round(score, 2))
    return text.replace(".", ",") if comma else text


def _decimal_comma(table: Table, where: Columns, rows: Iterable[Row]) -> bool:
    """Whether the file writes 7,5 for 7.5, judging by the numbers in it."""
    columns = [where.score] + ([where.maximum] if where.maximum is not None else [])
    cells = [row.value(column) for row in (*table.rows[1:], *rows) for column in columns]
    return any(re.fullmatch(r"\d+,\d+", cell) for cell in cells) and not any(
        re.fullmatch(r"\d+\.\d+", cell) for cell in cells
    )


def _shown(where: Columns, row: Row) -> str:
    """A row as a person recognises it: its first cell and its id."""
    cells = dict.fromkeys(cell for column in (0, *where.own, *where.others) if (cell := row.value(column)))
    return " ".join(list(cells)[:2])
