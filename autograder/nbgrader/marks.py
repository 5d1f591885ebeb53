"""The gradebook -> each student's points for code and for answers, for ``nbgrader export`` and ``autograder export``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from traitlets.config.loader import PyFileConfigLoader

from autograder.files import inert, new_csv, write_atomically
from autograder.gradebook.roster import Handed, Points, read_roster, with_points
from autograder.messages import Message, Refusal
from autograder.results import number

# The columns of nbgrader's own export.
HEADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
POINTS = ("code", "code_max", "written", "written_max")


@dataclass(frozen=True)
class Marked:
    """One submission in the gradebook. An answer that waits for its mark is None, and then ``written`` is None, too.

    ``code`` is before the ``penalty`` for lateness.
    """

    code: float
    answers: dict[str, float | None]
    penalty: float

    @classmethod
    def of(cls, submission: Any) -> Marked:
        """From nbgrader's record of a submission."""
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        code = sum(grade.score for grade in grades if grade.cell_type == "code")
        answers = {
            grade.name: None if grade.manual_score is None and grade.auto_score is None else grade.score
            for grade in grades
            if grade.cell_type != "code"
        }
        return cls(code, answers, submission.late_submission_penalty or 0.0)

    @property
    def written(self) -> float | None:
        marks = [mark for mark in self.answers.values() if mark is not None]
        return sum(marks) if len(marks) == len(self.answers) else None

    @property
    def total(self) -> float | None:
        return None if self.written is None else max(0.0, self.code + self.written - self.penalty)


class MarksExport(ExportPlugin):
    """For ``nbgrader export``: nbgrader's columns, the points for code and for answers, and a column per question.

    ``autograder join`` reads it. What waits for a mark is empty, never 0, and then the score is empty, too.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file in a form that every spreadsheet reads."""
        rows = list(self._rows(gradebook))
        questions = sorted({name for row in rows for name in row} - {*HEADER, *POINTS})
        header = [*HEADER, *POINTS, *questions]
        table = [header, *([inert(row.get(name, "")) for name in header] for row in rows)]
        write_atomically(Path(self.to or "grades.csv").absolute(), new_csv(table))

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, str]]:
        for assignment in gradebook.assignments:
            if self.assignment and assignment.name not in map(str, self.assignment):
                continue
            for submission in sorted(assignment.submissions, key=lambda each: str(each.student.id)):
                student, marked = submission.student, Marked.of(submission)
                if self.student and student.id not in map(str, self.student):
                    continue
                about = (assignment.name, assignment.duedate, submission.timestamp)
                person = (student.id, student.last_name, student.first_name, student.email)
                points = (submission.score, marked.penalty, marked.total, assignment.max_score)
                parts = (marked.code, assignment.max_code_score, marked.written, assignment.max_written_score)
                yield {
                    **dict(zip(HEADER, map(_cell, (*about, *person, *points)), strict=True)),
                    **dict(zip(POINTS, map(_cell, parts), strict=True)),
                    **{name: number(mark) for name, mark in marked.answers.items()},
                }


def read_course(folder: Path) -> list[Handed]:
    """The students of a course folder with the gradebook's points and nbgrader's feedback.

    Raises Refusal unless exactly one assignment was graded there.
    """
    graded = sorted(path.parent for path in (folder / "graded").glob("*/submissions.json"))
    if len(graded) != 1:
        names = ", ".join(path.name for path in graded) or "-"
        raise Refusal(Message("export.which_assignment", {"out": str(folder), "found": names}))
    course = _course(folder)
    course.assignment_id = graded[0].name
    with Gradebook(course.db_url, course.course_id) as book:
        found = {
            each.student.id: (Marked.of(each), each.assignment)
            for each in book.assignment_submissions(course.assignment_id)
        }
        handed = []
        for each in read_roster(graded[0]):
            pages = Path(course.format_path(course.feedback_directory, each.name, course.assignment_id))
            points: dict[str, Points] = {}
            if each.name in found:
                marked, assignment = found[each.name]
                code = max(0.0, marked.code - marked.penalty)
                points = {
                    "total": (marked.total, assignment.max_score),
                    "code": (code, assignment.max_code_score),
                    "written": (marked.written, assignment.max_written_score),
                }
            page = next(iter(sorted(pages.glob("*.html"))), None)
            handed.append(replace(with_points(each, points), page=page))
    return handed


def _course(folder: Path) -> CourseDirectory:
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    course = CourseDirectory(config=config)
    course.root = str(folder.resolve())
    return course


def _cell(value: object) -> str:
    return number(value) if isinstance(value, float) else "" if value is None else str(value)
