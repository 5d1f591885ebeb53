"""Written answers without nbgrader: the sheet, the form, the marks in it, and one mark per student."""

from __future__ import annotations

import csv
import io
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from autograder import cli
from autograder import homework as record
from autograder.gradebook import written
from autograder.homework import homework
from autograder.messages import LANGUAGES
from autograder.release import lab

GRADES = (
    "\ufeffsubmission,score,max_score,status,reparameterize,loss,training,latent\r\n"
    "김민지,80,100,graded,20,30,10,20\r\nlee,100,100,graded,20,30,30,20\r\npark,,100,failed,,,,\r\n"
)
QUESTIONS = lab.questions()  # as the rubric has them
IDS = list(QUESTIONS)
FULL = [str(lab.points(question)) for question in QUESTIONS.values()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with grades.csv."""
    (tmp_path / "grades.csv").write_bytes(GRADES.encode())
    return tmp_path


def join(
    folder: Path, *, grades: str = "grades.csv", out: str = "joined.csv", language: str = "en"
) -> tuple[int, str]:
    """Run the console script in this process; returns its status and what it said."""
    files = [str(folder / name) for name in (grades, "marks.csv")]
    arguments = ["autograder", "join", *files, "--out", str(folder / out), "--lang", language]
    said = io.StringIO()
    given = mock.patch.object(sys, "argv", arguments)
    with given, redirect_stdout(said), redirect_stderr(said), pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0), said.getvalue()


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


def table(*rows: list[str], separator: str = ",") -> str:
    return "\r\n".join(map(separator.join, [["submission", *IDS], *rows]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_says_where_the_rubric_is(folder: Path, language: str) -> None:
    """The page is in the reader's language. It has every question, what earns its points, and a model answer."""
    _, said = join(folder, language=language)
    page = homework().solution / "lab" / f"rubric.{language}.md"
    assert str(page) in said.replace("\n", "")
    text = page.read_text(encoding="utf-8")
    for name, question in QUESTIONS.items():
        assert f"`{name}`" in text and question["answer"][language].splitlines()[1] in text
        for line in question["rubric"]:
            assert f"- **{line['points']}** {line[language]}\n" in text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_one_mark_by_the_weights(folder: Path, encoding: str, separator: str) -> None:
    kim, lee = ["0", "0.5", *FULL[2:]], [*FULL[:-1], ""]  # lee's last answer is not marked yet
    text = table(["김민지", *kim], ["lee", *lee], ["park", *FULL], separator=separator)
    assert marked(folder, text, encoding)[0] == 0
    found = [
        (row["submission"], row["code"], row["written"], row["mark"], row["mark_max"])
        for row in rows(folder / "joined.csv")
    ]
    points = 0.5 + sum(map(float, FULL[2:]))
    assert found == [
        ("김민지", "80", f"{points:g}", f"{80 + points:g}", "150"),
        ("lee", "100", "", "", "150"),
        ("park", "", "50", "", "150"),
    ]


def test_other_weights_give_another_mark(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(homework(), weight_code=60, weight_written=40)
    monkeypatch.setattr(record, "homework", lambda: changed)
    assert marked(folder, table(["김민지", *FULL], ["lee", *("0" for _ in FULL)]))[0] == 0
    found = {row["submission"]: (row["mark"], row["mark_max"]) for row in rows(folder / "joined.csv")}
    assert found == {"김민지": ("88", "100"), "lee": ("60", "100"), "park": ("", "100")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("submission,theory-elbo\nlee,3\n", "analysis-loss"),
        (table(["kim", *FULL]), "kim"),
        (table(["lee", *FULL], ["lee", *FULL]), "lee"),
        (table(["lee", "three", *FULL[1:]]), "three"),
        (table(["lee", "nan", *FULL[1:]]), "nan"),
        (table(["lee", "5.5", *FULL[1:]]), "5.5"),
        (table(["lee", "-1", *FULL[1:]]), "-1"),
    ],
)
def test_what_can_not_be_joined_is_named(folder: Path, text: str, said: str) -> None:
    status, output = marked(folder, text)
    assert status == 2
    assert len(output.splitlines()) == len(LANGUAGES) and all(said in line for line in output.splitlines())
    assert not (folder / "joined.csv").exists()


def test_marks_go_where_they_were_told_also_into_a_new_folder(folder: Path) -> None:
    (folder / "marks.csv").write_text(table(["lee", *FULL]), encoding="utf-8")
    assert join(folder, out="new/deep/joined.csv")[0] == 0
    assert [path.name for path in (folder / "new" / "deep").iterdir()] == ["joined.csv"]


@pytest.mark.parametrize("out", ["folder", "grades.csv", "marks.csv", "marks.csv/joined.csv"])
def test_where_marks_can_not_go_is_named_and_nothing_is_lost(folder: Path, out: str) -> None:
    (folder / "folder").mkdir()
    (folder / "marks.csv").write_text(table(["lee", *FULL]), encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    status, said = join(folder, out=out)
    assert status == 2 and all(str(folder / out) in line for line in said.splitlines())
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("marks", [True, False])
@pytest.mark.parametrize("grades", ["grades.cvs", "."])
def test_grades_that_are_not_there_are_called_missing_and_make_no_form(
    folder: Path, grades: str, marks: bool
) -> None:
    if marks:
        (folder / "marks.csv").write_text(table(["lee", *FULL]), encoding="utf-8")
    before = sorted(folder.rglob("*"))
    status, said = join(folder, grades=grades)
    assert status == 2 and "There is no file" in said and str(folder / grades) in said
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_sheet_asks_the_notebook_s_questions(language: str) -> None:
    """The sheet is in the hand-out and gives the rubric's points; test_lab.py looks for leaked answers in it."""
    sheet = (written.lab() / f"theory.{language}.md").read_text(encoding="utf-8")
    titles = r"^## .*\((\d+)(?:점| points)\)$"
    marks = re.findall(titles, sheet, re.MULTILINE)
    assert dict(zip(re.findall(r"^<!-- (\S+) -->$", sheet, re.MULTILINE), marks, strict=True)) == dict(
        zip(IDS, FULL, strict=True)
    )
    here = {"en": "*Write your answer here.*", "ko": "*답을 여기에 쓰세요.*"}[language]
    assert sheet.splitlines().count(here) == len(IDS)
