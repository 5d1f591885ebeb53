"""A handed-in notebook becomes the released one with the student's answers in it, whatever happened to the file."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.server_extensions import formgrader

from autograder.gradebook.written import lab
from autograder.messages import LANGUAGES
from autograder.nbgrader.notebook import mended
from tests.gradebook.course import ANSWER, answered, cell


@pytest.fixture
def released() -> Any:
    return nbformat.read(lab() / "lab.en.ipynb", as_version=4)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b'{"cells": [\n1,', "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"[]", "no_cells"),
        (b"{}", "no_cells"),
        (b'{"cells": 3}', "no_cells"),
        (b"[" * 100_000, "no_cells"),
    ],
)
def test_what_is_no_notebook_gives_the_released_one_and_says_why(
    content: bytes, why: str, released: Any
) -> None:
    notebook, notes = mended(released, content)
    assert notebook == released
    assert [note.id for note in notes] == [f"nbgrader.notebook_{why}"]
    texts = [note.text(language) for note in notes for language in LANGUAGES]
    assert all("2" in text for text in texts) or b"\n" not in content


def test_metadata_that_an_editor_lost_is_found_by_the_cell_id(released: Any) -> None:
    handed_in = answered(released)
    for each in handed_in.cells:
        each.metadata.clear()
    notebook, notes = mended(released, json.dumps(handed_in).encode())
    assert cell(notebook, "theory-elbo").source == ANSWER
    assert notes == []


def graded(notebook: Any) -> list[str]:
    return [each.metadata.nbgrader.grade_id for each in notebook.cells if "nbgrader" in each.metadata]


def test_missing_cells_come_back_in_their_order(released: Any) -> None:
    handed_in = copy.deepcopy(released)
    gone = {"reparameterize", "train", "short_run", "analysis-bugs"}
    handed_in.cells = [
        c for c in handed_in.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in gone
    ]
    notebook, _ = mended(released, json.dumps(handed_in).encode())
    assert graded(notebook) == graded(released) and gone <= set(graded(released))


def test_nothing_that_a_browser_runs_gets_through(released: Any) -> None:
    handed_in = copy.deepcopy(released)
    bad = '"><script>alert(1)</script>'
    handed_in.cells[1].outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": bad, "image/svg+xml": bad}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": bad}},
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": {"image/png": "aGk="},
        },
        {"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]},
    ]
    notebook, _ = mended(released, json.dumps(handed_in).encode())
    outputs = notebook.cells[1].outputs
    assert bad not in json.dumps(outputs)
    assert outputs[-1] == {"output_type": "stream", "name": "stdout", "text": "a\nb"}
    assert outputs[-2]["data"] == {"image/png": "aGk="}


def test_answers_are_shown_and_never_act() -> None:
    """On the form and in feedback, HTML shows as text, harmful links lead nowhere, formulas and pictures stay."""
    answer = new_markdown_cell(
        "**ELBO** $a<b$ <img src=x onerror=alert(1)>\n\n<script>alert(2)</script>\n\n"
        "[link](javascript:alert(3)) ![drawn](attachment:it.png)"
    )
    answer.attachments = {"it.png": {"image/png": "aGk="}}
    templates = Path(formgrader.__file__).parent / "templates"
    exporter = HTMLExporter(
        template_name="formgrade",
        extra_template_basedirs=[str(templates)],
        filters={"markdown2html": "autograder.nbgrader.pages.markdown2html"},
    )
    page, _ = exporter.from_notebook_node(new_notebook(cells=[answer]), {"index": 0, "total": 1})
    assert not re.search(r"<img[^>]*onerror|<script>alert|href=\"javascript", page)
    assert "<strong>ELBO</strong> $a&lt;b$ &lt;img src=x" in page and "data:image/png;base64,aGk=" in page
