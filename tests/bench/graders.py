"""One class of students, laid out as each grader wants it, and the commands that grade it there."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from in_process import SEED, HiddenCheck, hidden_checks

from autograder import audit
from autograder.homework import homework

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / "build" / "peers-venv"
PEERS = ("nbgrader==0.9.*", "otter-grader==7.*")
JOBS = 2
Class = dict[str, dict[str, str]]  # the four files' texts by student
Scores = dict[str, float]


@dataclass(frozen=True)
class Grader:
    """One way to grade the class in ``folder``: its commands, and where each student's result appears.

    A file there is a result once it contains ``mark``, because nbgrader also writes each notebook before it runs it.
    """

    folder: Path
    commands: list[list[str]]
    results: str
    scores: Callable[[Path], Scores]
    mark: str = ""


def install_peers() -> dict[str, str]:
    """Make the peers' environment unless it exists; returns their versions."""
    python = VENV / "bin" / "python"
    if not (VENV / "made").exists():
        print(f"Installing {' and '.join(PEERS)} into {VENV.relative_to(ROOT)}, some minutes", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        # Only now: pip would not install what the kit's environment already has, not even its commands.
        (packages,) = VENV.glob("lib/python*/site-packages")
        seen = (ROOT, Path(__file__).parent, Path(torch.__file__).parents[1])
        (packages / "kit.pth").write_text("".join(f"{path}\n" for path in seen))
        (VENV / "made").touch()
    code = "import json, importlib.metadata as m; print(json.dumps([m.version(n) for n in ('nbgrader', 'otter-grader')]))"
    nbgrader, otter = json.loads(subprocess.check_output([python, "-c", code], text=True))
    return {"nbgrader": nbgrader, "otter-grader": otter}


def environment(home: Path) -> dict[str, str]:
    """The environment as after ``activate``, which nbgrader needs, without the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    return {**kept, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)}


def prepare_kit(folder: Path, students: Class) -> Grader:
    audit.hand_in(students, folder / "class")
    arguments = ["grade", "class", "--out", "out", "--jobs", str(JOBS), "--seed", str(SEED)]
    command = [sys.executable, "-m", "autograder", *arguments]

    def scores(folder: Path) -> Scores:
        with (folder / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["submission"]: float(row["score"]) for row in csv.DictReader(file)}

    return Grader(folder, [command], "out/results/*.json", scores)


def prepare_kit_again(folder: Path, students: Class) -> Grader:
    """The kit from its second run on a machine: the answers of known mistakes are in the user's cache."""
    grader = prepare_kit(folder, students)
    quietly(grader.commands[0], folder)
    shutil.rmtree(folder / "out")
    return grader


def prepare_nbgrader(folder: Path, students: Class) -> Grader:
    settings = ["c = get_config()", 'c.CourseDirectory.course_id = "bench"', "c.Execute.timeout = 600"]
    write(folder / "nbgrader_config.py", "\n".join(settings) + "\n")
    solution = {name: (homework().solved / name).read_text(encoding="utf-8") for name in homework().files}
    marked = {name: f"### BEGIN SOLUTION\n{text}\n### END SOLUTION" for name, text in solution.items()}
    write(folder / "source/ps1/vae.ipynb", notebook(marked, hidden_checks()))
    quietly([VENV / "bin" / "nbgrader", "generate_assignment", "ps1"], folder)
    released = json.loads((folder / "release/ps1/vae.ipynb").read_text(encoding="utf-8"))
    for student, files in students.items():
        for cell in released["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "") + ".py"
            if name in files:
                cell["source"] = f"%%writefile vae/{name}\n{files[name]}"
        write(folder / "submitted" / student / "ps1/vae.ipynb", json.dumps(released))

    def scores(folder: Path) -> Scores:
        quietly([VENV / "bin" / "nbgrader", "export", "--to", "grades.csv"], folder)
        with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
            return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}

    command = [str(VENV / "bin" / "nbgrader"), "autograde", "ps1"]
    return Grader(folder, [command], "autograded/*/ps1/*.ipynb", scores, mark='"execution_count": 1,')


def prepare_otter(folder: Path, students: Class) -> Grader:
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        for number, (name, check) in enumerate(hidden_checks().items()):
            code = f">>> import in_process\n>>> in_process.require({name!r})\n"
            suite = {"type": "doctest", "cases": [{"code": code, "hidden": True, "points": check.points}]}
            test = {"name": name, "points": check.points, "suites": [suite]}
            archive.writestr(f"tests/{number:02}_{name}.py", f"OK_FORMAT = True\ntest = {test!r}\n")
    commands = []
    for student, files in students.items():
        write(folder / "submitted" / f"{student}.ipynb", notebook(files, {}))
        (folder / "out" / student).mkdir(parents=True)
        arguments = ["run", "-a", "autograder.zip", "-o", f"out/{student}", f"submitted/{student}.ipynb"]
        commands.append([str(VENV / "bin" / "otter"), *arguments])

    def scores(folder: Path) -> Scores:
        return {
            path.parent.name: sum(test.get("score", 0) for test in json.loads(path.read_text())["tests"])
            for path in folder.glob("out/*/results.json")
        }

    return Grader(folder, commands, "out/*/results.json", scores)


def notebook(files: dict[str, str], hidden: dict[str, HiddenCheck]) -> str:
    """A notebook whose cells write the four files, with one hidden test cell per check."""
    cells = [cell("folder", "from pathlib import Path\n\nPath('vae').mkdir(exist_ok=True)")]
    for name, text in files.items():
        answer = {"grade_id": name.removesuffix(".py"), "grade": False, "solution": True, "locked": False}
        cells.append(cell(answer["grade_id"], f"%%writefile vae/{name}\n{text}", answer))
    for name, check in hidden.items():
        test = (
            f"### BEGIN HIDDEN TESTS\nimport in_process\nin_process.require({name!r})\n### END HIDDEN TESTS"
        )
        graded = {"grade_id": name, "grade": True, "solution": False, "locked": True, "points": check.points}
        cells.append(cell(name, test, graded))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def cell(name: str, source: str, nbgrader: dict[str, Any] | None = None) -> dict[str, Any]:
    marked = {} if nbgrader is None else {"nbgrader": {"schema_version": 3, "task": False, **nbgrader}}
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    return {"id": name.replace("_", "-"), "metadata": marked, "source": source, **code}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def quietly(command: list[Any], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: {done.stderr[-2000:]}")
