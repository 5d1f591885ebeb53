"""Show the rubric below the answers: on the page on which a person marks them, and on no other."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell

from autograder.gradebook import written

FORM = "formgrade"  # nbgrader's template of that page; the student's page has another, from the same notebook
SECTION = re.compile(r"^`([\w-]+)`$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Rubric(Preprocessor):
    """Puts rubric and model answer below each written answer, only in what is shown and in no file."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook, with the rubric in it if formgrader asks for it."""
        if "submission_id" in resources and getattr(self.parent, "template_name", "") == FORM:
            told = rubrics(self.config.HandedIn.get("language", "ko"))
            nb.cells = [each for cell in nb.cells for each in (cell, *_below(cell, told))]
        return nb, resources


def rubrics(language: str) -> dict[str, str]:
    """What the rubric's page says about each question, by grade_id."""
    page = written.rubric().with_suffix(f".{language}.md").read_text(encoding="utf-8")
    return {name: text.strip() for name, text in SECTION.findall(page)}


def _below(cell: Any, told: dict[str, str]) -> list[Any]:
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return [new_markdown_cell(told[name])] if name in told else []
