"""Generate the lab notebooks from one source that holds both languages: solution/lab/lab.md, read by jupytext.

In that source every prose cell stands twice under one ``id``, once for each ``lang``; code cells stand once.
A prose cell without a language is where a student answers and a person marks; a code cell with ``points`` is
a check. The points of these answers and the model answers are in solution/lab/theory.toml, which is not published.

``python -m autograder.release.lab`` writes assignment/lab/lab.*.ipynb, the sheets for the written answers
assignment/lab/theory.*.md, and, for whoever marks them, solution/lab/rubric.*.md. ``--check`` names what has
drifted and exits 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.gradebook import written
from autograder.homework import homework
from autograder.messages import words
from autograder.release import generated
from autograder.results import number

LANGUAGES = ("ko", "en")


def questions() -> dict[str, Any]:
    """The questions that a person marks, by grade_id: each with its ``rubric`` and its model ``answer``."""
    return tomllib.loads((homework().solution / "lab" / "theory.toml").read_text(encoding="utf-8"))


def points(question: dict[str, Any]) -> int:
    """The points that the answer to a question can earn: the sum of its rubric."""
    return sum(line["points"] for line in question["rubric"])


def notebook(language: str) -> NotebookNode:
    """The students' notebook in one language, ready for nbgrader. It holds no model answer."""
    source = jupytext.read(homework().solution / "lab" / "lab.md")
    theory = questions()
    cells = []
    for cell in source.cells:
        about = cell.metadata
        if about.get("lang", language) != language:
            continue
        cell.id = about["id"]
        cell.metadata = NotebookNode()
        if "points" in about:
            cell.metadata["nbgrader"] = _graded(cell.id, about["points"], solution=False)
        elif cell.cell_type == "markdown" and "lang" not in about:
            cell.metadata["nbgrader"] = _graded(cell.id, points(theory[cell.id]), solution=True)
        cells.append(cell)
    del source.metadata["jupytext"]
    result = nbformat.v4.new_notebook(cells=cells, metadata=source.metadata)
    nbformat.validate(result)
    return result


def _graded(grade_id: str, most: float, solution: bool) -> dict[str, Any]:
    """nbgrader's metadata for an answer that a person marks (``solution``), or for a locked check."""
    return {
        "grade": True,
        "grade_id": grade_id,
        "locked": not solution,
        "points": most,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def rubric(asked: Sequence[written.WrittenQuestion], language: str) -> str:
    """The page for whoever marks: each question, what earns its points, and a model answer."""
    theory = questions()
    total = number(sum(question.points for question in asked))
    title, about, answer = (words(f"written.rubric_{key}", language) for key in ("title", "about", "answer"))
    sections = [f"# {title}", about.format(count=len(asked), points=total)]
    for question in asked:
        told = theory[question.id]
        lines = [f"- **{number(line['points'])}** {line[language]}" for line in told["rubric"]]
        model = re.sub(r"(?<=[.)])\n", "\n\n", told["answer"][language].strip())
        sections += [f"{question.text.strip().removeprefix('#')}", f"`{question.id}`"]
        sections += ["\n".join(lines), f"**{answer}**", model]
    return "\n\n".join(sections) + "\n"


def wanted() -> dict[Path, str]:
    """All files that the source generates, each with its text."""
    handout, solution, files = homework().handout / "lab", homework().solution / "lab", {}
    for language in LANGUAGES:
        made = notebook(language)
        asked = written.questions(made.cells)
        files[handout / f"lab.{language}.ipynb"] = nbformat.writes(made) + "\n"
        files[handout / f"theory.{language}.md"] = written.answer_sheet(asked, language)
        files[solution / f"rubric.{language}.md"] = rubric(asked, language)
    return files


def main() -> int:
    return generated.main("autograder.release.lab", __doc__, wanted())


if __name__ == "__main__":
    sys.exit(main())
