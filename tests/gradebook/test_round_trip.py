"""The round trip with the real nbgrader, using the commands on the instructors' page."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder.homework import homework
from autograder.intake import Submission
from autograder.results import Result
from autograder.rounds import Grading
from tests.engine import failed
from tests.gradebook.conftest import EXPLOIT, SEED
from tests.gradebook.course import ANSWER, Course, cell, documented, read_csv
from tests.test_lab import secrets

UNMARKED = {"no-notebook", "broken"}  # without answers nothing waits for a mark
MARKS = {"theory-elbo": 6.5, "analysis-loss": 7}


def students(course: Course) -> set[str]:
    return {path.name for path in (course.root / "submitted").iterdir()}


# --- out to the students -------------------------------------------------------------------------------


def test_the_page_is_the_same_in_both_languages() -> None:
    korean = tuple(command.replace("--lang ko", "--lang en") for command in documented("ko"))
    assert documented("en") == korean
    assert [command.split()[1] for command in documented("en")] == [
        "release/nbgrader/make_course.py",
        "generate_assignment",
        "zip_collect",
        "autograde",
        "lab",
        "generate_feedback",
        "export",
    ]


def test_the_released_folder_is_a_desk(
    empty_course: Course, solution: dict[str, bytes], tmp_path: Path
) -> None:
    """The notebook's check cells work in the released folder, and it holds no answers."""
    desk = shutil.copytree(empty_course.root / "release" / "ps1", tmp_path / "ps1")
    texts = {path: path.read_text(encoding="utf-8") for path in desk.rglob("*") if path.is_file()}
    sources = "\n".join(each.source for each in empty_course.released.cells)
    assert not [phrase for phrase in secrets() if phrase in sources or phrase in "".join(texts.values())]
    command = [sys.executable, "-c", "from vae.notebook import check; check('1')"]
    outcomes = []
    for files in ({}, solution):
        for name, content in files.items():
            (desk / "vae" / name).write_bytes(content)
        ran = subprocess.run(command, cwd=desk, capture_output=True, text=True, encoding="utf-8")
        outcomes.append((ran.returncode, "reparameterize is not written yet" in ran.stdout))
    assert outcomes == [(1, True), (0, False)]


# --- back from them ------------------------------------------------------------------------------------


def test_an_lms_download_is_collected(course: Course, solution: dict[str, bytes]) -> None:
    """Canvas's zip of a class with a zip per student, and a zip whose name is just the student's."""
    for student in ("doejane_12345", "20261234"):
        folder = course.root / "submitted" / student / "ps1"
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert ("timestamp.txt" in names) == (student == "doejane_12345")  # who is late
        assert names - {"timestamp.txt"} == {"lab.ipynb", *(f"vae/{name}" for name in solution)}
        assert cell(course.autograded(student), "theory-elbo").source == ANSWER


def test_nobody_is_thrown_out(course: Course) -> None:
    log = (course.root / "log").read_text()
    assert "Traceback" not in log and "Grading" in log  # the progress bar's words
    assert {path.name for path in (course.root / "autograded").iterdir()} == students(course)


def test_the_same_as_autograder_grade(course: Course, tmp_path: Path) -> None:
    """The command gives the same grades.csv for the same files and seed, and the gradebook the same points."""
    command = [sys.executable, "-m", "autograder", "grade", str(course.root / "submitted")]
    subprocess.run([*command, "--seed", str(SEED), "--out", str(tmp_path / "out")], check=True)
    rows = [read_csv(folder / "grades.csv") for folder in (tmp_path / "out", course.root / "graded" / "ps1")]
    assert rows[0] == rows[1] and {row["submission"] for row in rows[0]} == students(course)
    assert course.disagreements(tmp_path / "out" / "grades.csv", tmp_path / "out" / "results") == []
    most = f"{homework().max_score:g}"
    assert all(row["score"] == most for row in rows[0] if row["submission"].startswith("right"))
    assert not any(row["score"] == most for row in rows[0] if row["submission"].startswith("wrong"))


@pytest.mark.parametrize(
    ("student", "score"),
    {
        "right": 100,
        "noisy": 100,
        "no-code": 0,
        "no-notebook": 20,
        "broken": 20,
        "doubled": 20,
        "renamed": 20,
        "no-file": 20,
        "doejane_12345": 20,
        "edited": 0,
        "exploit": 0,
    }.items(),
)
def test_scores(course: Course, student: str, score: float) -> None:
    assert course.result(student)["score"] == sum(course.points(student).values()) == score


def test_the_exploit_is_live_and_stays_without_effect(course: Course, tmp_path: Path) -> None:
    """In a kernel, where nbgrader without the kit would run it, the same cell forges a score and writes a file."""
    stolen = tmp_path / "stolen"
    cells = [new_code_cell(EXPLOIT.format(stolen=str(stolen))), new_code_cell("check('train')")]
    ran = NotebookClient(new_notebook(cells=cells), kernel_name="python3").execute()
    assert ran.cells[1].outputs[0].data["text/plain"] == "2000.0" and stolen.exists()
    assert not (course.root / "stolen").exists()


@pytest.mark.parametrize(
    ("student", "said"),
    {
        "no-notebook": "No notebook was handed in",
        "no-code": "None of the homework's files could be used",
        "broken": "The notebook can't be read",
        "doubled": "These cells appear more than once: theory-elbo, train. The last copy with an answer counts; the others stay as ordinary cells.",
        "edited": "These cells were missing and were restored as handed out: short_run.",
        "no-file": "latent.py is missing from the submission",
    }.items(),
)
def test_what_is_wrong_is_said(course: Course, student: str, said: str) -> None:
    assert f"{student}: {said}" in (course.root / "log").read_text() or student == "no-file"
    everything = "".join(
        each.source + "".join(output.get("text", "") for output in each.get("outputs", ()))
        for each in course.autograded(student).cells
    )
    assert said in everything


# --- marked by a person --------------------------------------------------------------------------------


def test_answers_wait_for_a_mark(course: Course) -> None:
    with course.gradebook() as book:
        waiting = {
            student
            for student in students(course)
            if book.find_grade("theory-elbo", "lab", "ps1", student).needs_manual_grade
        }
    assert waiting == students(course) - UNMARKED
    for student in ("doubled", "renamed"):
        assert cell(course.autograded(student), "theory-elbo").source == ANSWER


def test_manual_marks_survive_and_totals_agree(own_course: Course) -> None:
    """Marked, autograded again, returned and exported: 100 points for code and 50 for answers."""
    course, (*_, autograde, _, feedback, export) = own_course, documented("en")
    for student in students(course):
        course.mark(student, MARKS)
    course.run(f"{autograde} --force")
    code = {row["submission"]: float(row["score"]) for row in read_csv(course.root / "graded/ps1/grades.csv")}
    assert {student: course.total(student) for student in students(course)} == {
        student: score + sum(MARKS.values()) for student, score in code.items()
    }
    assert sum(course.worth(False).values()) == 100 and sum(course.worth(True).values()) == 50
    course.run(feedback)
    pages = {s: (course.root / "feedback" / s / "ps1" / "lab.html").read_text() for s in students(course)}
    assert not [phrase for phrase in secrets() if phrase in "".join(pages.values())]
    assert "113.5" in pages["right"] and "The ELBO is a lower bound" in pages["right"]
    assert not re.search("<img[^>]*onerror", pages["right"])  # the tag shows as text
    course.run(export)
    exported = {row["student_id"]: row for row in read_csv(course.root / "grades.csv")}
    assert {student: float(row["score"]) for student, row in exported.items()} == {
        student: course.total(student) for student in students(course)
    }
    assert {float(row["max_score"]) for row in exported.values()} == {150}


def test_a_new_hand_in_counts_without_force(own_course: Course, solution: dict[str, bytes]) -> None:
    """Otherwise nbgrader skips students whom it has graded, and the gradebook differs from the new grades.csv."""
    own_course.mark("edited", MARKS)
    files = own_course.root / "submitted" / "edited" / "ps1" / "vae"
    (files / "model.py").write_bytes(solution["model.py"])
    own_course.run(f"{documented('en')[3]} --student=edited")
    assert own_course.result("edited")["score"] == sum(own_course.points("edited").values()) == 20
    assert own_course.total("edited") == 33.5


def test_several_nbgraders_at_once_take_turns(own_course: Course) -> None:
    """Instructors may autograde two students at the same time."""
    own_course.mark("right", MARKS)
    commands = [
        [sys.executable, "-m", *documented("en")[3].split(), "--force", f"--student={student}"]
        for student in ("right", "edited")
    ]
    running = [
        subprocess.Popen(command, cwd=own_course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for command in commands
    ]
    said = [process.communicate()[0].decode(errors="replace") for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert (own_course.total("right"), own_course.total("edited")) == (113.5, 0)


def test_the_grader_s_own_fault_costs_nobody_a_point(
    own_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A student who can't be graded keeps mark and page; another is graded; nbgrader exits with status 1."""
    results = Grading.results

    def with_a_fault(grading: Grading) -> Iterator[Result]:
        for result in results(grading):
            if result.submission == "right":
                submission = Submission("right", {}, {}, (), "")
                result = failed(submission, grading.run, RuntimeError("no memory"), "namespaces")
                grading.folder.write(result)
            yield result

    monkeypatch.setattr(Grading, "results", with_a_fault)
    own_course.mark("right", MARKS)
    (own_course.root / "autograded" / "edited" / "ps1" / "lab.ipynb").unlink()
    said = own_course.run(f"{documented('en')[3]} --force", status=1)
    assert "Traceback" not in said and "right: The grader itself failed" in said
    assert own_course.total("right") == 113.5 and own_course.autograded("right").cells
    assert own_course.autograded("edited").cells
