"""Who handed in what: written beside the results, so that scores find their way back to the LMS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.files import inert, write_atomically
from autograder.gradebook.table import Row, Table, decimal
from autograder.intake import Source
from autograder.messages import Message, Refusal
from autograder.results import Result

ROSTER = "submissions.json"
TABLES = {  # the columns of a file with marks: first those of `autograder join`, then those of `nbgrader export`
    "total": (("mark", "mark_max"), ("score", "max_score")),
    "code": (("code", "code_max"),),
    "written": (("written", "written_max"),),
}
Points = tuple[float | None, float]


@dataclass(frozen=True)
class Handed:
    """A submission on its way back to the LMS. ``score`` is None if it has none; ``file`` names its result.

    ``points``: by the keys of ``TABLES``, the points it got (None if unknown) and the most it could get.
    """

    name: str
    file: str
    lms: str
    ids: tuple[str, ...]
    upload: str
    score: float | None
    max_score: float
    points: Mapping[str, Points] = field(default_factory=dict)
    page: Path | None = None

    def keys(self, lms: str) -> set[str]:
        """How a gradebook may know the student: the LMS's own ids, else the name and what looks like an id in it."""
        if self.lms == lms:
            return {_key(id) for id in self.ids}
        numbers = re.findall(r"(?<![^\W_])\d{7,}(?![^\W_])", self.name)
        if self.lms == "github":  # part of a login may be another person's login
            return {_key(id) for id in (*self.ids, *numbers)}
        ids, name = self.ids, self.name
        if self.lms == "moodle":  # outside Moodle its number may be anybody's
            ids, name = (), name.removesuffix("_" + "".join(ids))
        numbers = re.findall(r"(?<![^\W_])\d{5,}(?![^\W_])", name)
        words = re.split(r"[\s_+,()\[\]]+", name)  # words joined by hyphens stay whole: they may be a login
        numbers += [word for word in words if len(word) >= 5 and any(map(str.isdigit, word))]
        return {_key(id) for id in (*ids, name, *numbers)}


def _key(text: str) -> str:
    return text.strip().casefold()


def write_roster(out: Path, sources: Iterable[Source], files: Mapping[str, str]) -> None:
    """Write submissions.json; ``files`` maps a submission to the name of its result."""
    entries = {
        source.name: {
            "file": files[source.name],
            "lms": source.origin.lms,
            "ids": source.origin.ids,
            "upload": source.origin.upload,
        }
        for source in sources
    }
    content = json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
    write_atomically(out / ROSTER, content.encode("utf-8", "replace"))


def read_roster(out: Path) -> list[Handed]:
    """The submissions of a graded class with their final scores. Raises Refusal if OUT has no readable list of them."""
    try:
        entries = json.loads((out / ROSTER).read_text(encoding="utf-8"))
        handed = [_handed(out, name, entry) for name, entry in entries.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal(Message("export.no_results", {"out": str(out), "file": ROSTER})) from None
    return sorted(handed, key=lambda each: each.name)


def _handed(out: Path, name: str, entry: Mapping[str, str]) -> Handed:
    result = None
    with suppress(OSError, ValueError):
        result = Result.from_json((out / "results" / f"{entry['file']}.json").read_text(encoding="utf-8"))
    score, most = (result.final, result.max_score) if result else (None, 0.0)
    page = out / "feedback" / f"{entry['file']}.html"
    ids, points = tuple(entry["ids"]), dict.fromkeys(("total", "code"), (score, most))
    return Handed(name, entry["file"], entry["lms"], ids, entry["upload"], score, most, points, page)


def with_marks(handed: Sequence[Handed], path: Path) -> list[Handed]:
    """Replace the scores by the marks of ``autograder join`` or ``nbgrader export``. Raises Refusal if they don't fit."""
    table = Table.read(path)
    who = table.needed("submission", "student_id")
    columns: dict[str, tuple[int, int]] = {}
    for what, headings in TABLES.items():
        mark, most = (table.column(*each) for each in zip(*headings, strict=True))
        if mark is not None and most is not None:
            columns[what] = (mark, most)
    if "total" not in columns:
        for heading in TABLES["total"][0]:
            table.needed(heading)
    marks: dict[str, dict[str, Points]] = {}
    for row in table.rows[1:]:
        name = row.value(who)
        if name in marks:
            raise Refusal(Message("written.twice", {"path": str(path), "name": name[:100]}))
        marks[name] = {what: _points(path, row, *place) for what, place in columns.items()}
    names = [inert(each.name) for each in handed]
    if not marks.keys() & set(names):
        raise Refusal(Message("export.other_marks", {"path": str(path), "count": len(names)}))
    return [with_points(each, marks.get(name, {})) for each, name in zip(handed, names, strict=True)]


def _points(path: Path, row: Row, mark: int, most: int) -> Points:
    got, of = (decimal(row.value(column)) for column in (mark, most))
    if of is None or (row.value(mark) and got is None):
        raise Refusal(Message("export.mark", {"path": str(path), "line": row.line}))
    return got, of


def with_points(each: Handed, points: Mapping[str, Points], what: str = "total") -> Handed:
    """The submission with these points, and those under ``what`` as its score."""
    score, most = points.get(what, (None, 0.0))
    return replace(each, points=points, score=score, max_score=most)


def only(handed: Iterable[Handed], what: str) -> list[Handed]:
    """The submissions with the points under ``what`` as their scores. Raises Refusal if nobody has any."""
    chosen = [with_points(each, each.points, what) for each in handed]
    if not any(what in each.points for each in chosen):
        raise Refusal(Message("export.points_unknown", {"points": what}))
    return chosen
