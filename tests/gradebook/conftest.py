"""One course folder for all tests of nbgrader: released, with hand-ins of every kind, autograded once."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output

from autograder.checks.bank import entries, files
from autograder.homework import homework
from tests.gradebook.course import Course, answered, as_bytes, cell, documented
from tests.zips import zipped

SEED = 20131220
EXPLOIT = """
def cheat(lines):
    return ["2000.0"] if any("check(" in line for line in lines) else lines
get_ipython().input_transformers_post.append(cheat)
open({stolen!r}, "w").write("it ran")
"""
NOISY = b"import sys, warnings\nwarnings.warn('NNPACK')\nprint('chatter', file=sys.stderr)\n"
EVERY = {"right": 38, "wrong": 116}  # of the bank's entries, one in this many


def noisy(released: Any) -> Any:
    """A notebook with what an editor leaves in cells when libraries warn: text on stderr, and an error."""
    notebook = answered(released)
    for each in notebook.cells:
        if each.cell_type == "code":
            each.outputs = [
                new_output("stream", name="stderr", text="[W NNPACK.cpp:64] Could not initialize NNPACK!"),
                new_output("error", ename="CheckFailed", evalue="not yet", traceback=["not yet"]),
            ]
    return notebook


def doubled(released: Any) -> Any:
    """A notebook with the answer in the first of two copies of a cell, and with a test cell twice."""
    notebook = answered(released)
    for name in ("theory-elbo", "train"):
        notebook.cells.append(copy.deepcopy(cell(released, name)))
    return notebook


def edited(released: Any) -> Any:
    """A notebook with locks ignored, metadata changed in every way, and a test cell deleted."""
    notebook = answered(released)
    cell(notebook, "train").source = "2000.0"
    cell(notebook, "restore").metadata.nbgrader.points = 1000
    cell(notebook, "generate").metadata.nbgrader.schema_version = 99
    cell(notebook, "interpolate").metadata.nbgrader = {"grade": "yes"}
    cell(notebook, "kl_divergence").cell_type = "markdown"
    notebook.cells.remove(cell(notebook, "short_run"))
    return notebook


def exploiting(released: Any, stolen: Path) -> Any:
    """A notebook with a cell that patches the kernel, so that every later check cell says "2000.0"."""
    notebook = answered(released)
    notebook.cells.insert(1, new_code_cell(EXPLOIT.format(stolen=str(stolen))))
    return notebook


@pytest.fixture(scope="session")
def empty_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a released assignment that nobody has handed in."""
    return Course.new(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def course(empty_course: Course, solution: Mapping[str, bytes], skeleton: Mapping[str, bytes]) -> Course:
    """The course with a class in it that has been autograded; the file ``log`` has what nbgrader printed."""
    made, released = empty_course, empty_course.released
    started = {**skeleton, "model.py": solution["model.py"]}  # 20 points, and quickly graded
    made.hand_in("right", solution, answered(released))
    made.hand_in("noisy", {**solution, "model.py": NOISY + solution["model.py"]}, noisy(released))
    made.hand_in("no-file", {n: f for n, f in started.items() if n != "latent.py"}, answered(released))
    made.hand_in("no-code", {}, answered(released))
    made.hand_in("no-notebook", started, None)
    made.hand_in("renamed", started, answered(released))
    folder = made.root / "submitted" / "renamed" / "ps1"
    (folder / "lab.ipynb").rename(folder / "lab (1).ipynb")
    made.hand_in("broken", started, b'{"cells": [')
    made.hand_in("doubled", started, doubled(released))
    made.hand_in("edited", skeleton, edited(released))
    made.hand_in("exploit", skeleton, exploiting(released, made.root / "stolen"))
    for kind, step in EVERY.items():
        for entry in entries(homework().bank, kind)[::step]:
            contents = {name: text.encode() for name, text in files(entry).items()}
            made.hand_in(f"{kind}-{entry.name}", contents, answered(released))
    handed = {f"hw/vae/{name}": content for name, content in started.items()}
    handed |= {"hw/lab (1).ipynb": as_bytes(answered(released)), "hw/notes.txt": b""}
    made.download("class.zip", {"doejane_LATE_12345_678910_hw.zip": zipped(handed)})
    made.download("20261234.zip", handed)
    (made.root / "graded" / "ps1").mkdir(parents=True)
    (made.root / "graded" / "ps1" / "run.json").write_text(json.dumps({"seed": SEED}))
    _, _, collect, autograde, *_ = documented("en")
    made.run(collect)
    (made.root / "log").write_text(made.run(autograde))
    return made


@pytest.fixture
def own_course(course: Course, tmp_path: Path) -> Course:
    """A copy of the course that a test may change."""
    return Course(shutil.copytree(course.root, tmp_path / "course"))
