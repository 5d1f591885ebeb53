"""Grade the sample class once with the command: every number is the one that the class's table promises."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from make_class import CLASS, Student, make_class

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The output folder of the graded class."""
    folder = tmp_path_factory.mktemp("demo")
    make_class(folder / "class")
    command = [sys.executable, "-m", "autograder", "grade", folder / "class", "--out", folder / "out"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def rows(graded):
    text = (graded / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["submission"]: row for row in csv.DictReader(text.splitlines())}


def test_every_student_has_one_row(rows):
    assert sorted(rows) == sorted(student.name for student in CLASS)


@pytest.mark.parametrize("student", CLASS, ids=lambda student: student.what)
def test_points_and_status_are_as_promised(rows, student: Student):
    row = rows[student.name]
    parts = ("reparameterize", "loss", "training", "latent")
    found = (row["status"], *(float(row[part]) for part in parts), float(row["score"]))
    promised = tuple(getattr(student, part) for part in parts)
    assert found == (student.status, *promised, sum(promised))


def test_html_in_an_exception_stays_text(graded):
    """The student reads what their code said, and the browser takes none of it as markup."""
    result = json.loads((graded / "results" / "lim-chaewon.json").read_text(encoding="utf-8"))
    assert any("<script>" in check["message"] for check in result["checks"])
    for page in (graded / "feedback" / "lim-chaewon.html", graded / "index.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text and "<b>4 dims" not in text
    assert "&lt;script&gt;" in (graded / "feedback" / "lim-chaewon.html").read_text(encoding="utf-8")


def test_the_same_class_is_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        make_class(tmp_path / name)
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert files and all(
        (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files
    )
