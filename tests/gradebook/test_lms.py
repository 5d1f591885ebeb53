"""nbgrader with an LMS: from the LMS's download to its gradebook, with code, answers and comments."""

from __future__ import annotations

import csv
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from autograder import homework as module
from autograder.messages import Message
from autograder.nbgrader.cells import counted, late_penalty
from autograder.results import Adjustment, Check
from autograder.results import number as number_text
from tests.console import Command
from tests.gradebook.course import Course, answered, as_bytes, documented, read_csv
from tests.made_up import results
from tests.test_platforms import canvas, canvas_book, moodle, moodle_book, write

FORMS = {
    "canvas": (canvas, canvas_book, "ID", "VAE (7)", "{}"),
    "moodle": (moodle, moodle_book, "Identifier", "Grade", "Participant {}"),
}
# Their code is the solution; on Canvas 1003 is late.
RIGHT = ("김민지_1001", "seojun_LATE_1003", "Seojun_1003")
OVERRIDES = """student,item,points,reason
{first},loss,12,Copied from the lecture
{second},kl_scalar,0,Appeal of 7 April
"""


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Late work costs 10 percent per day; only nbgrader knows the due date."""
    changed = replace(module.homework(), late_percent_per_day=10)
    monkeypatch.setattr(module, "parse", lambda text, root: changed)
    module.homework.cache_clear()
    yield
    module.homework.cache_clear()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("costly")
def test_what_was_graded_in_nbgrader_comes_back(
    form: str, solution: dict[str, bytes], tmp_path: Path, autograder: Command
) -> None:
    """Twelve are collected, graded and marked, some points set by hand. The LMS's file has all; everybody gets a page."""
    pack, book, key, column, shown = FORMS[form]
    course = Course.new(tmp_path / "course")
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate=datetime(2026, 11, 20))
    files = {}
    for place, content in pack().items():
        name = place.replace("/", "_").rpartition("_")[2]
        files[place] = solution.get(name, content) if any(who in place for who in RIGHT) else content
        if name == "loss.py":
            files[place.replace("loss.py", "lab.ipynb")] = as_bytes(answered(course.released))
    write(course.root / "downloaded" / "ps1" / "archive", files)
    _, _, collect, autograde, _, feedback, export = documented("en")
    course.run(collect)
    course.run(autograde)
    code = {row["submission"]: float(row["score"]) for row in read_csv(course.root / "graded/ps1/grades.csv")}
    first = next(name for name in code if name.startswith("김민지_1001"))
    second = next(name for name in code if name.casefold().replace(" ", "").startswith("leeseojun"))
    assert len(code) == 12 and code[first] == 100 and code[second] == (90 if form == "canvas" else 100)
    waiting = next(name for name in code if "chaewon" in name.casefold())
    marks = {student: number for number, student in enumerate(sorted(code)) if student != waiting}
    for student, number in marks.items():
        course.mark(student, dict.fromkeys(course.worth(True), number / 10))
    (course.root / "graded/ps1/overrides.csv").write_text(OVERRIDES.format(first=first, second=second))
    said = course.run(autograde)  # without --force, and nobody's files have changed
    assert f"{first}: Loss: 12 points instead of 30. Set by your instructor: Copied from the lecture" in said
    assert "No notebooks" not in said and said.count("\n") < 8
    code |= {first: 82, second: 88.2 if form == "canvas" else 98}
    course.run(feedback)
    course.run(export)
    written = {student: round(number / 10 * len(course.worth(True)), 2) for student, number in marks.items()}
    both = {student: code[student] + written[student] for student in written}

    def exported(maximum: int, *options: object) -> dict[str, str]:
        """The scores in the LMS's file, by the id in its row."""
        path = tmp_path / "book.csv"
        path.write_text(re.sub(r",100(?=,|$)", f",{maximum}", book(), flags=re.MULTILINE), encoding="utf-8")
        ended = autograder("export", form, *options, path)
        assert ended.status == 0
        with open(path, encoding="utf-8", newline="") as file:
            return {row[key]: row[column] for row in csv.DictReader(file) if row[key] and row[column]}

    def by_row(points: Mapping[str, float]) -> dict[str, str]:
        """Scores as the file should have them: each team member gets the team's; on Canvas the anonymous get no row."""
        found = {}
        for student, each in points.items():
            name, _, number = student.rpartition("_")
            members = ["1009", "1010"] if "team" in name.casefold() and form == "moodle" else [number]
            found |= {shown.format(member): number_text(each) for member in members}
        return {row: each for row, each in found.items() if "aB3dE" not in row}

    zipped = tmp_path / "feedback.zip"
    assert exported(150, course.root, "--feedback", zipped) == by_row(both)
    assert exported(50, course.root, "--points", "written") == by_row(written)
    assert exported(100, course.root, "--points", "code") == by_row(code)
    assert exported(150, course.root / "graded/ps1", "--marks", course.root / "grades.csv") == by_row(both)
    with zipfile.ZipFile(zipped) as file:
        pages = [file.read(name) for name in file.namelist()]
    assert len(pages) == 12
    joined = autograder(
        "join", course.root / "graded/ps1/grades.csv", course.root / "grades.csv", "--out", tmp_path / "m.csv"
    )
    assert joined.status == 0
    mark = {row["submission"]: row["mark"] for row in read_csv(tmp_path / "m.csv")}
    assert mark == {**{student: number_text(each) for student, each in both.items()}, waiting: ""}


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ((), "does not have exactly one graded assignment"),
        (("autograder.nbgrader.marks",), "nbgrader is not installed here"),
    ],
)
def test_a_course_folder_that_can_t_be_exported_is_refused(
    missing: tuple[str, ...],
    said: str,
    tmp_path: Path,
    autograder: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    write(tmp_path, {"course/nbgrader_config.py": b"c = get_config()", "book.csv": canvas_book().encode()})
    ended = autograder("export", "canvas", tmp_path / "course", tmp_path / "book.csv")
    assert ended.status == 2 and said in ended.error and len(ended.lines) == 2
    assert (tmp_path / "book.csv").read_text() == canvas_book()


def test_points_set_for_a_part_are_shared_by_its_cells() -> None:
    """The gradebook has points per cell: they stay between 0 and the cell's maximum, and add up to what was set."""
    checks = [
        Check(f"c{number}", "loss", "", points, 10, "passed", "", "check.passed")
        for number, points in enumerate((0.0, 4.0, 10.0))
    ]
    plain, why = results(1)[0], Message("adjust.override", {"reason": "seen"})
    for wanted in (0.0, 7.0, 14.0, 20.0, 30.0):
        result = replace(plain, checks=tuple(checks), adjustments=(Adjustment("loss", 14, wanted, why),))
        points = counted(result)
        assert sum(points.values()) == pytest.approx(wanted)
        assert all(0 <= points[check.id] <= check.max_points for check in checks)
    by_hand = (Adjustment("c1", 4, 9, why), Adjustment("late", -2, -1, why))
    result = replace(plain, checks=tuple(checks), adjustments=by_hand)
    assert counted(result) == {"c0": 0, "c1": 9, "c2": 10} and late_penalty(result) == 1
