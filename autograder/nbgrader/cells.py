"""A result -> the outcome of each test cell, in the only form that nbgrader reads as it is meant."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from autograder.homework import homework
from autograder.messages import Message, words
from autograder.results import LATE, Adjustment, Check, Result, number

Notebook = Any
MARKS = {"passed": "✓", "not_run": "–"}


class SandboxedGrades(NbGraderPreprocessor):
    """Replaces nbgrader's Execute: it runs nothing, and writes down what the hidden checks found."""

    def preprocess(self, nb: Notebook, resources: ResourcesDict) -> tuple[Notebook, ResourcesDict]:
        """The notebook with each test cell's outcome."""
        result = self.parent.result(resources["nbgrader"]["student"])
        checks, points = by_cell(result), counted(result)
        for cell in nb.cells:
            if is_test(cell):
                own = checks[cell.metadata.nbgrader.grade_id]
                cell.outputs = outputs(own, sum(points[each.id] for each in own), self.parent.language)
        return nb, resources


class LatePenalty(NbGraderPreprocessor):
    """Replaces nbgrader's AssignLatePenalties, which knows neither homework.toml nor overrides.csv."""

    def preprocess(self, nb: Notebook, resources: ResourcesDict) -> tuple[Notebook, ResourcesDict]:
        """The notebook, unchanged. What lateness costs is noted in the gradebook."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as book:
            found = book.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
            found.late_submission_penalty = late_penalty(self.parent.result(about["student"]))
            book.db.commit()
        return nb, resources


def counted(result: Result) -> dict[str, float]:
    """The points of each check that count: as graded, or as set by hand.

    If points were set for a whole part, each check gets its share of the change: in proportion to the points it had
    if points were taken away, and to the points it had lost if points were added.
    """
    by_hand = {each.item: each.points for each in result.adjustments}
    points = {check.id: by_hand.get(check.id, check.points) for check in result.checks}
    for part in by_hand.keys() & set(homework().parts):
        own = [check for check in result.checks if check.part == part]
        had, most = sum(check.points for check in own), sum(check.max_points for check in own)
        less = by_hand[part] <= had
        share = (by_hand[part] - had) / ((had if less else most - had) or 1)
        for check in own:
            points[check.id] = check.points + share * (
                check.points if less else check.max_points - check.points
            )
    return points


def late_penalty(result: Result) -> float:
    """The points that lateness costs, not below 0."""
    return max(0.0, -sum(each.points for each in result.adjustments if each.item == LATE))


def changed(adjustment: Adjustment, language: str) -> str:
    """What the instructor or lateness changed, and why."""
    item, why = adjustment.item, adjustment.why.text(language)
    if adjustment.points == adjustment.graded:  # lateness that costs nothing
        return why
    what = words(item, language, "titles") if item not in (*homework().parts, LATE) else _name(item, language)
    values = {"what": what, "graded": number(adjustment.graded), "points": number(adjustment.points)}
    return f"{Message('nbgrader.points_changed', values).text(language)} {why}"


def _name(item: str, language: str) -> str:
    return words("report.late" if item == LATE else f"report.part.{item}", language)


def is_test(cell: Notebook) -> bool:
    """Whether the cell's points come from the hidden checks."""
    return bool(cell.cell_type == "code" and is_grade(cell) and not is_solution(cell))


def by_cell(result: Result) -> dict[str, list[Check]]:
    """The checks of each test cell: one cell per stub, and one for the short run."""
    found: dict[str, list[Check]] = defaultdict(list)
    for check in result.checks:
        found[homework().stub_of(check.id) or check.id].append(check)
    return found


def outputs(checks: list[Check], points: float, language: str) -> list[Notebook]:
    """The outputs of a test cell: the first is for people, the second for nbgrader.

    nbgrader needs a plain float up to the maximum. It takes nearly everything else, even an empty cell, for full marks.
    """
    lines = [line for check in checks for line in lines_of(check, language)]
    return [
        new_output("stream", name="stdout", text="\n".join(lines) + "\n"),
        new_output("execute_result", data={"text/plain": repr(float(points))}, execution_count=1),
    ]


def lines_of(check: Check, language: str) -> list[str]:
    """A check as the student reads it below the cell."""
    title = words(check.id, language, "titles")
    mark = MARKS.get(check.outcome, "✗")
    line = f"{mark} {number(check.points)}/{number(check.max_points)}  {title}"
    return [line] if check.outcome == "passed" else [line, f"    {check.text(language)}"]
