"""Written answers without nbgrader: the form, the marks in it, and one mark a student."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder import cli, written
from autograder.messages import LANGUAGES
from tests import lab

GRADES = (
    "\ufeffsubmission,score,max_score,status,reparameterize,loss,training,latent\r\n"
    "김민지,80,100,graded,20,30,10,20\r\nlee,100,100,graded,20,30,30,20\r\npark,,100,failed,,,,\r\n"
)
IDS = list(lab.WRITTEN)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a notebook and grades.csv; the command takes its notebook from there."""
    (tmp_path / "grades.csv").write_bytes(GRADES.encode())
    nbformat.write(lab.notebook(), tmp_path / "lab.ipynb")
    monkeypatch.setattr(written, "lab", lambda language: tmp_path / "lab.ipynb")
    return tmp_path


def join(folder: Path, *options: str) -> tuple[int, str]:
    files = [str(folder / name) for name in ("grades.csv", "marks.csv")]
    result = CliRunner().invoke(cli.app, ["join", *files, "--out", str(folder / "joined.csv"), *options])
    return result.exit_code, result.output


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def marked(folder: Path, text: str, encoding: str = "utf-8") -> tuple[int, str]:
    (folder / "marks.csv").write_bytes(text.encode(encoding))
    return join(folder)


def test_the_form_has_every_student_and_question(folder: Path) -> None:
    status, said = join(folder)
    assert status == 0 and "3 students" in said
    assert rows(folder / "marks.csv") == [
        {"submission": name, **dict.fromkeys(IDS, "")} for name in ("김민지", "lee", "park")
    ]
    assert not (folder / "joined.csv").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_one_mark_by_the_weights(folder: Path, encoding: str, separator: str) -> None:
    table = [["submission", *IDS], ["김민지", "15", "20"], ["lee", "30", ""], ["park", "30", "20"]]
    status, _ = marked(folder, "\r\n".join(map(separator.join, table)), encoding)
    assert status == 0
    found = [
        (row["submission"], row["code"], row["written"], row["mark"], row["mark_max"])
        for row in rows(folder / "joined.csv")
    ]
    assert found == [
        ("김민지", "80", "35", "115", "150"),
        ("lee", "100", "", "", "150"),
        ("park", "", "50", "", "150"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("submission,theory-elbo\nlee,3\n", "analysis-samples"),
        ("submission,theory-elbo,analysis-samples\nkim,3,4\n", "kim"),
        ("submission,theory-elbo,analysis-samples\nlee,3,4\nlee,3,4\n", "lee"),
        ("submission,theory-elbo,analysis-samples\nlee,three,4\n", "three"),
        ("submission,theory-elbo,analysis-samples\nlee,nan,4\n", "nan"),
        ("submission,theory-elbo,analysis-samples\nlee,31,4\n", "31"),
        ("submission,theory-elbo,analysis-samples\nlee,-1,4\n", "-1"),
    ],
)
def test_what_can_not_be_joined_is_named(folder: Path, text: str, said: str) -> None:
    status, output = marked(folder, text)
    assert status == 2
    assert len(output.splitlines()) == len(LANGUAGES) and all(said in line for line in output.splitlines())
    assert not (folder / "joined.csv").exists()


def test_the_answer_sheet_asks_every_question(folder: Path) -> None:
    asked = written.questions(folder / "lab.ipynb")
    assert {question.id: question.points for question in asked} == lab.WRITTEN
    sheet = written.answer_sheet(asked, "en")
    assert [line for line in sheet.splitlines() if line.startswith("<!--")] == [
        f"<!-- {name} -->" for name in IDS
    ]
