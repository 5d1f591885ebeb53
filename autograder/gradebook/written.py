"""The written questions without nbgrader: a sheet for answers, a form for marks, and one mark joined with grades.csv.

The questions, their ids and points come from the lab notebook, so that both ways ask and count the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.files import inert, new_csv
from autograder.gradebook.table import Table
from autograder.homework import Homework, homework
from autograder.messages import Message, Refusal, words
from autograder.results import number

HEADER = ("submission", "status", "code", "code_max", "written", "written_max", "mark", "mark_max")


def lab() -> Path:
    """The folder of the students' notebooks."""
    return homework().handout / "lab"


def rubric() -> Path:
    """The path of the rubric's pages, without ``.LANGUAGE.md``."""
    return homework().solution / "lab" / "rubric"


def _unusable(message_id: str, **values: object) -> Refusal:
    """The refusal of a file that can't be joined."""
    return Refusal(Message(message_id, values))


@dataclass(frozen=True)
class WrittenQuestion:
    """A question that a person marks."""

    id: str
    points: float
    text: str


@dataclass(frozen=True)
class Mark:
    """One student's row; ``written`` and ``mark`` are None, never 0, as long as any part of them is missing."""

    submission: str
    status: str
    code: float | None
    written: float | None
    mark: float | None


def questions(cells: Iterable[Mapping[str, Any]]) -> list[WrittenQuestion]:
    """The questions of a lab notebook: each manually graded cell, with the text above it."""
    found, text = [], ""
    for cell in cells:
        role = cell["metadata"].get("nbgrader", {})
        if role.get("grade") and role.get("solution"):
            found.append(WrittenQuestion(role["grade_id"], float(role["points"]), text))
        elif cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
    return found


def asked(language: str) -> list[WrittenQuestion]:
    """The questions of the kit's own notebook. Raises Refusal if the kit has none."""
    notebook = lab() / f"lab.{language}.ipynb"
    try:
        return questions(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
    except FileNotFoundError:
        raise Refusal(Message("cli.no_lab", {"path": str(lab())})) from None


def answer_sheet(asked: Sequence[WrittenQuestion], language: str) -> str:
    """The Markdown file in which a student writes the answers."""
    points = number(sum(question.points for question in asked))
    title, name, here = (words(f"written.{key}", language) for key in ("sheet_title", "sheet_name", "here"))
    about = words("written.sheet_about", language).format(count=len(asked), points=points)
    sections = [
        f"{question.text.strip().removeprefix('#')}\n\n<!-- {question.id} -->\n\n{here}" for question in asked
    ]
    return "\n\n".join([f"# {title}", name, about, *sections]) + "\n"


def names(grades: Path) -> list[str]:
    """The submissions in grades.csv. Raises Refusal if it can't be used."""
    return [row["submission"] for row in _rows(grades, ("submission",))]


def form(names: Iterable[str], asked: Sequence[WrittenQuestion]) -> bytes:
    """An empty CSV for the marks: one row per student, one column per question."""
    rows = [["submission", *(question.id for question in asked)]]
    rows += [[name, *("" for _ in asked)] for name in names]
    return _csv(rows)


def join(grades: Path, marks: Path, asked: Sequence[WrittenQuestion], homework: Homework) -> list[Mark]:
    """One mark for each row of grades.csv, weighted as homework.toml says. Raises Refusal if a file can't be used."""
    scores, written = _rows(grades, ("submission", "score", "max_score", "status")), _marks(marks, asked)
    names = {row["submission"] for row in scores}
    if unknown := sorted(written.keys() - names):
        raise _unusable("written.unknown", path=str(marks), names=", ".join(unknown[:5]))
    most = sum(question.points for question in asked)
    joined = []
    for row in scores:
        code, full = (
            _number(row["score"], grades, row["submission"]),
            _number(row["max_score"], grades, row["submission"]),
        )
        points = written.get(row["submission"])
        mark = None
        if code is not None and full and points is not None:
            mark = homework.weight_code * code / full + homework.weight_written * points / most
        joined.append(Mark(row["submission"], row["status"], code, points, mark))
    return joined


def to_csv(joined: Iterable[Mark], asked: Sequence[WrittenQuestion], homework: Homework) -> bytes:
    """The bytes of the file with the joined marks: UTF-8 with BOM."""
    most = sum(question.points for question in asked)
    top = homework.weight_code + homework.weight_written
    rows = [
        [
            row.submission,
            row.status,
            *(number(points) for points in (row.code, homework.max_score, row.written, most, row.mark, top)),
        ]
        for row in joined
    ]
    return _csv([HEADER, *rows])


def _marks(path: Path, asked: Sequence[WrittenQuestion]) -> dict[str, float | None]:
    """Each student's sum of marks; None as long as one of them is missing."""
    found: dict[str, float | None] = {}
    for row in _rows(path, ("submission", *(question.id for question in asked))):
        name = row["submission"]
        if name in found:
            raise _unusable("written.twice", path=str(path), name=name)
        marks = []
        for question in asked:
            mark = _number(row[question.id], path, f"{name}, {question.id}")
            if mark is not None and not 0 <= mark <= question.points:
                values = {
                    "where": f"{name}, {question.id}",
                    "mark": number(mark),
                    "max": number(question.points),
                }
                raise _unusable("written.range", path=str(path), **values)
            marks.append(mark)
        given = [mark for mark in marks if mark is not None]
        found[name] = sum(given) if len(given) == len(marks) else None
    return found


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV as Excel or a text editor may have saved it. Raises Refusal if it can't be used."""
    table = Table.read(path)
    others = {"submission": ("student_id",)}  # the heading in nbgrader's export
    found = {name: table.column(name, *others.get(name, ())) for name in columns}
    places = {name: place for name, place in found.items() if place is not None}
    if missing := [name for name in columns if name not in places]:
        raise _unusable("written.columns", path=str(path), columns=", ".join(missing))
    rows = [{name: row.value(place) for name, place in places.items()} for row in table.rows[1:]]
    return [row for row in rows if any(row.values())]


def _number(cell: str, path: Path, where: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _unusable("written.number", path=str(path), where=where, cell=cell[:50])
    return value


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    return new_csv([name if name.startswith("'") else inert(name), *others] for name, *others in rows)
