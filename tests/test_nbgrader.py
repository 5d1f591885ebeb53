"""The round trip with the real nbgrader: release, hand-ins of every kind, autograde, manual marks, feedback, export."""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, ExportApp, GenerateFeedbackApp, ZipCollectApp

from autograder.nbgrader.collector import student_of
from autograder.nbgrader.notebook import mended
from tests import lab

ROOT = Path(__file__).resolve().parents[1]
RECIPE = ROOT / "release" / "nbgrader" / "make_course.py"
SEED = 20131220
ANSWER = "The ELBO is a lower bound on log p(x). <img src=x onerror=alert(1)>"
EXPLOIT = """
def cheat(lines):
    return ["2000.0"] if any("check(" in line for line in lines) else lines
get_ipython().input_transformers_post.append(cheat)
open({stolen!r}, "w").write("it ran")
"""
NOISY = b"import sys, warnings\nwarnings.warn('NNPACK')\nprint('chatter', file=sys.stderr)\n"


@dataclass
class Course:
    """A course folder with the real nbgrader in it."""

    root: Path

    def nbgrader(self, app: type, *arguments: str) -> tuple[int, str]:
        """One nbgrader command in the course folder, in this process: its exit status and what it printed."""
        said = io.StringIO()
        app.clear_instance()  # type: ignore[attr-defined]
        path, folder = os.environ["PATH"], os.getcwd()
        with redirect_stdout(said), redirect_stderr(said):
            try:
                os.chdir(self.root)
                running = app()
                running.initialize(list(arguments))
                running.start()
                status = 0
            except SystemExit as ended:
                status = int(ended.code or 0)
            finally:
                os.chdir(folder)
                os.environ["PATH"] = path
        return status, said.getvalue()

    @property
    def released(self) -> Any:
        return nbformat.read(self.root / "release" / "ps1" / "lab.ipynb", as_version=4)

    def hand_in(self, student: str, files: Mapping[str, bytes], notebook: Any) -> None:
        folder = self.root / "submitted" / student / "ps1"
        (folder / "vae").mkdir(parents=True)
        for name, content in files.items():
            (folder / "vae" / name).write_bytes(content)
        if isinstance(notebook, bytes):
            (folder / "lab.ipynb").write_bytes(notebook)
        elif notebook is not None:
            (folder / "lab.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def points(self, student: str) -> dict[str, float | None]:
        """What the gradebook holds for each graded cell."""
        with self.gradebook() as book:
            names = [*lab.POINTS, *lab.WRITTEN]
            return {name: book.find_grade(name, "lab", "ps1", student).score for name in names}

    def total(self, student: str) -> float:
        with self.gradebook() as book:
            return float(book.find_submission("ps1", student).score)

    def result(self, student: str) -> dict[str, Any]:
        path = self.root / "graded" / "ps1" / "results" / f"{student}.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def autograded(self, student: str) -> Any:
        return nbformat.read(self.root / "autograded" / student / "ps1" / "lab.ipynb", as_version=4)


def cell(notebook: Any, name: str) -> Any:
    return next(each for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == name)


def answered(released: Any) -> Any:
    notebook = copy.deepcopy(released)
    cell(notebook, "theory-elbo").source = ANSWER
    return notebook


def doubled(released: Any) -> Any:
    """The answer is in the first of two copies, and a test cell is there twice."""
    notebook = answered(released)
    for name in ("theory-elbo", "train"):
        notebook.cells.append(copy.deepcopy(cell(released, name)))
    return notebook


def edited(released: Any) -> Any:
    notebook = answered(released)
    cell(notebook, "train").source = "2000.0"
    cell(notebook, "restore").metadata.nbgrader.points = 1000
    cell(notebook, "generate").metadata.nbgrader.schema_version = 99
    cell(notebook, "interpolate").metadata.nbgrader = {"grade": "yes"}
    cell(notebook, "kl_divergence").cell_type = "markdown"
    notebook.cells.remove(cell(notebook, "short_run"))
    return notebook


def exploiting(released: Any, stolen: Path) -> Any:
    notebook = answered(released)
    notebook.cells.insert(1, new_code_cell(EXPLOIT.format(stolen=str(stolen))))
    return notebook


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with the assignment generated, by an nbgrader whose environment is not activated."""
    root = tmp_path_factory.mktemp("course")
    source = root / "lab"
    source.mkdir()
    nbformat.write(lab.notebook(), source / "lab.en.ipynb")
    made = [sys.executable, str(RECIPE), str(root), "--lang", "en", "--lab", str(source)]
    subprocess.run(made, check=True)
    bare = {**os.environ, "PATH": "/usr/bin:/bin"}
    generate = [sys.executable, "-m", "nbgrader", "generate_assignment", "ps1"]
    subprocess.run(generate, check=True, cwd=root, env=bare)
    return Course(root)


@pytest.fixture(scope="module")
def course(empty_course: Course, solution: dict[str, bytes], skeleton: dict[str, bytes]) -> Iterator[Course]:
    """The same with a class in it that has been autograded; ``log`` is what nbgrader said."""
    made, released = empty_course, empty_course.released
    stolen = made.root / "stolen"
    made.hand_in("right", solution, answered(released))
    made.hand_in("noisy", {**solution, "model.py": NOISY + solution["model.py"]}, answered(released))
    made.hand_in("partial", {**solution, "loss.py": skeleton["loss.py"]}, answered(released))
    made.hand_in("no-file", {n: f for n, f in solution.items() if n != "latent.py"}, answered(released))
    made.hand_in("no-notebook", solution, None)
    made.hand_in("renamed", skeleton, answered(released))
    (made.root / "submitted/renamed/ps1/lab.ipynb").rename(made.root / "submitted/renamed/ps1/lab (1).ipynb")
    made.hand_in("broken", solution, b'{"cells": [')
    made.hand_in("doubled", solution, doubled(released))
    made.hand_in("edited", skeleton, edited(released))
    made.hand_in("exploit", skeleton, exploiting(released, stolen))
    (made.root / "graded" / "ps1").mkdir(parents=True)
    (made.root / "graded" / "ps1" / "run.json").write_text(json.dumps({"seed": SEED}))
    status, log = made.nbgrader(AutogradeApp, "ps1")
    assert status == 0, log
    (made.root / "log").write_text(log)
    yield made


STUDENTS = "right noisy partial no-file no-notebook renamed broken doubled edited exploit".split()


def test_students_get_no_hidden_test(empty_course: Course) -> None:
    text = (empty_course.root / "release" / "ps1" / "lab.ipynb").read_text()
    assert "SECRET" not in text and "check('train')" in text


@pytest.mark.parametrize("student", STUDENTS)
def test_every_cell_holds_the_points_of_its_checks(course: Course, student: str) -> None:
    result, points = course.result(student), course.points(student)
    assert sum(points[name] or 0 for name in lab.POINTS) == result["score"]
    assert {name: points[name] for name in lab.POINTS} == cells_of(result)


def cells_of(result: Mapping[str, Any]) -> dict[str, float]:
    """The points of each cell, by the names of its checks."""
    prefixes = {"reconstruction": "reconstruction_loss", "kl": "kl_divergence"}
    found = dict.fromkeys(lab.POINTS, 0.0)
    for check in result["checks"]:
        names = {**{name: name for name in lab.POINTS}, **prefixes}
        longest = max((name for name in names if f"{check['id']}_".startswith(f"{name}_")), key=len)
        found[names[longest]] += check["points"]
    return found


@pytest.mark.parametrize(
    ("student", "score"),
    {
        "right": 100,
        "noisy": 100,
        "no-notebook": 100,
        "broken": 100,
        "doubled": 100,
        "edited": 0,
        "exploit": 0,
    }.items(),
)
def test_scores(course: Course, student: str, score: float) -> None:
    assert course.result(student)["score"] == score


def test_the_same_as_autograder_grade(course: Course, tmp_path: Path) -> None:
    """The command for the same files and seed gives the same grades.csv, for all students."""
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        str(course.root / "submitted"),
        "--seed",
        str(SEED),
    ]
    subprocess.run([*command, "--out", str(tmp_path / "out")], check=True)
    rows = [read_csv(folder / "grades.csv") for folder in (tmp_path / "out", course.root / "graded" / "ps1")]
    assert rows[0] == rows[1]
    assert {row["submission"]: float(row["score"]) for row in rows[0]} == {
        student: sum(course.points(student)[name] or 0 for name in lab.POINTS) for student in STUDENTS
    }


def read_csv(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_no_cell_of_a_student_was_run(course: Course) -> None:
    assert not (course.root / "stolen").exists()


@pytest.mark.parametrize(
    ("student", "said"),
    {
        "no-notebook": "No notebook was handed in",
        "broken": "The notebook can't be read",
        "doubled": "These cells were there more than once; the last copy with an answer counts, the others stay as ordinary cells: train, theory-elbo.",
        "edited": "These cells were missing and were put back as they were handed out: short_run.",
        "no-file": "latent.py is not in the hand-in",
    }.items(),
)
def test_what_is_wrong_is_said(course: Course, student: str, said: str) -> None:
    assert f"{student}: {said}" in (course.root / "log").read_text() or student == "no-file"
    everything = "".join(
        each.source + "".join(output.get("text", "") for output in each.get("outputs", ()))
        for each in course.autograded(student).cells
    )
    assert said in everything


def test_nobody_is_thrown_out(course: Course) -> None:
    assert "Traceback" not in (course.root / "log").read_text()
    assert {path.name for path in (course.root / "autograded").iterdir()} == set(STUDENTS)


def test_answers_wait_for_a_mark(course: Course) -> None:
    with course.gradebook() as book:
        waiting = {s for s in STUDENTS if book.find_grade("theory-elbo", "lab", "ps1", s).needs_manual_grade}
    assert waiting == set(STUDENTS) - {"no-notebook", "broken"}
    for student in ("doubled", "renamed"):
        assert cell(course.autograded(student), "theory-elbo").source == ANSWER


def test_manual_marks_survive_and_totals_agree(course: Course) -> None:
    """Marked, autograded once more, given back and exported: 100 points of code and 50 of answers."""
    with course.gradebook() as book:
        for name, mark in (("theory-elbo", 25), ("analysis-samples", 12.5)):
            book.find_grade(name, "lab", "ps1", "right").manual_score = mark
        book.db.commit()
    status, log = course.nbgrader(AutogradeApp, "ps1", "--force")
    assert status == 0, log
    assert course.total("right") == 137.5
    assert course.points("right") == {**lab.POINTS, "theory-elbo": 25, "analysis-samples": 12.5}
    status, log = course.nbgrader(GenerateFeedbackApp, "ps1")
    assert status == 0, log
    pages = {s: (course.root / "feedback" / s / "ps1" / "lab.html").read_text() for s in STUDENTS}
    assert all("SECRET" not in page for page in pages.values())
    assert "137.5" in pages["right"] and "The ELBO is a lower bound" in pages["right"]
    assert not re.search("<img[^>]*onerror", pages["right"])  # sanitized, as on the form for marking
    status, log = course.nbgrader(ExportApp)
    assert status == 0, log
    exported = {row["student_id"]: row for row in read_csv(course.root / "grades.csv")}
    for student in STUDENTS:
        assert float(exported[student]["score"]) == course.total(student)
        assert float(exported[student]["max_score"]) == 150


def test_an_lms_download_is_collected(
    empty_course: Course, tmp_path: Path, solution: dict[str, bytes]
) -> None:
    """Canvas's zip of a class with a zip a student, and one that is named by the student alone."""
    root = tmp_path / "course"
    shutil.copytree(
        empty_course.root, root, ignore=shutil.ignore_patterns("submitted", "autograded", "graded")
    )
    archive = root / "downloaded" / "ps1" / "archive"
    archive.mkdir(parents=True)
    hand_in = packed(
        {f"hw/vae/{n}": f for n, f in solution.items()} | {"hw/lab (1).ipynb": b"{}", "hw/notes.txt": b""}
    )
    (archive / "class.zip").write_bytes(packed({"doejane_LATE_12345_678910_hw.zip": hand_in}))
    (archive / "20261234.zip").write_bytes(hand_in)
    status, log = Course(root).nbgrader(ZipCollectApp, "ps1", "--force")
    assert status == 0, log
    for student in ("doejane_12345", "20261234"):
        folder = root / "submitted" / student / "ps1"
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert names == {"lab.ipynb", *(f"hw/vae/{name}" for name in solution)}


def packed(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "student"),
    {
        "doejane_12345_678910_hw": "doejane_12345",
        "doejane_LATE_12345_678910_hw": "doejane_12345",
        "anon_aB3dE_678910_hw": "anon_aB3dE",
        "김 민지_4711_assignsubmission_file": "김 민지_4711",
        "Kim Minji_4711_assignsubmission_file_": "Kim Minji_4711",
        "20261234": None,
    }.items(),
)
def test_names_of_an_lms(name: str, student: str | None) -> None:
    assert student_of(name) == student


# --- mending, by itself --------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"cells": 3}', b"[" * 100_000])
def test_what_is_no_notebook_gives_the_released_one(content: bytes) -> None:
    notebook, notes = mended(lab.notebook(), content)
    assert [each.source for each in notebook.cells] == [each.source for each in lab.notebook().cells]
    assert [note.id for note in notes] == ["nbgrader.unreadable"]


def test_metadata_that_an_editor_lost_is_found_by_the_cell_id() -> None:
    released = lab.notebook()
    handed_in = answered(released)
    for each in handed_in.cells:
        each.metadata.clear()
    notebook, notes = mended(released, json.dumps(handed_in).encode())
    assert cell(notebook, "theory-elbo").source == ANSWER
    assert notes == []


def test_missing_cells_come_back_in_their_order() -> None:
    released = lab.notebook()
    handed_in = copy.deepcopy(released)
    gone = {"reparameterize", "train", "short_run", "analysis-samples"}
    handed_in.cells = [
        c for c in handed_in.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in gone
    ]
    notebook, _ = mended(released, json.dumps(handed_in).encode())
    names = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
    assert names == [*lab.POINTS, *lab.WRITTEN]


def test_nothing_that_a_browser_runs_gets_through() -> None:
    released = lab.notebook()
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
