"""A result -> the outcome of each test cell, in the one form that nbgrader reads as it is meant."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from autograder.bank import stub_of
from autograder.messages import words
from autograder.results import Check, Result, number

Notebook = Any
MARKS = {"passed": "✓", "not_run": "–"}


class SandboxedGrades(NbGraderPreprocessor):
    """Stands in the place of nbgrader's Execute: it runs nothing, and writes down what the hidden checks found."""

    def preprocess(self, nb: Notebook, resources: ResourcesDict) -> tuple[Notebook, ResourcesDict]:
        """The notebook with each test cell's outcome."""
        result = self.parent.result(resources["nbgrader"]["student"])
        checks = by_cell(result)
        for cell in nb.cells:
            if is_test(cell):
                cell.outputs = outputs(checks[cell.metadata.nbgrader.grade_id], self.parent.language)
        return nb, resources


def is_test(cell: Notebook) -> bool:
    """Whether the cell's points come from the hidden checks."""
    return bool(cell.cell_type == "code" and is_grade(cell) and not is_solution(cell))


def by_cell(result: Result) -> dict[str, list[Check]]:
    """The checks of each test cell: one cell a stub, and one for the short run."""
    found: dict[str, list[Check]] = defaultdict(list)
    for check in result.checks:
        found[stub_of(check.id) or check.id].append(check)
    return found


def outputs(checks: list[Check], language: str) -> list[Notebook]:
    """What nbgrader and people read. To nbgrader only the second counts, and only a plain float up to the
    maximum: nearly everything else, an empty cell too, it takes for full marks."""
    lines = [line for check in checks for line in lines_of(check, language)]
    points = sum(check.points for check in checks)
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
