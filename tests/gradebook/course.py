"""An nbgrader course folder with a class in it, and its gradebook, for the tests and for `make nbgrader-bank`."""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, ExportApp, GenerateFeedbackApp, ZipCollectApp

from tests.zips import zipped

ROOT = Path(__file__).resolve().parents[2]
APPS = {
    "zip_collect": ZipCollectApp,
    "autograde": AutogradeApp,
    "generate_feedback": GenerateFeedbackApp,
    "export": ExportApp,
}
ANSWER = "The ELBO is a lower bound on $\\log p(x)$. <img src=x onerror=alert(1)>"


@cache
def documented(language: str) -> tuple[str, ...]:
    """The commands on the instructors' page, in order."""
    page = {"en": "README.md", "ko": "README.ko.md"}[language]
    text = (ROOT / "release" / "nbgrader" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d \| .*$", text[: text.index("\n\n**")], re.MULTILINE)  # the first table
    return tuple(
        command for row in rows for command in re.findall(r"`((?:python|nbgrader|jupyter) .+?)`", row)
    )


@dataclass(frozen=True)
class Course:
    """A course folder in which the real nbgrader runs."""

    root: Path

    @classmethod
    def new(cls, root: Path) -> Course:
        """Make and release a course as the page says, with an nbgrader whose environment is not activated."""
        make, generate, *_ = documented("en")
        subprocess.run([sys.executable, *make.replace("COURSE", str(root)).split()[1:]], check=True, cwd=ROOT)
        bare = {**os.environ, "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-m", *generate.split()], check=True, cwd=root, env=bare)
        return cls(root)

    def run(self, command: str, status: int = 0) -> str:
        """Run an nbgrader command in the course folder, in this process; returns what it printed."""
        _, name, *arguments = command.split()
        app, said = APPS[name], io.StringIO()
        app.clear_instance()
        path, folder, ended = os.environ["PATH"], os.getcwd(), 0
        with redirect_stdout(said), redirect_stderr(said):
            try:
                os.chdir(self.root)
                running = app()
                running.initialize(arguments)
                running.start()
            except SystemExit as exited:
                ended = int(exited.code or 0)
            finally:
                os.chdir(folder)
                os.environ["PATH"] = path
        assert ended == status, said.getvalue()
        return said.getvalue()

    @property
    def released(self) -> Any:
        return nbformat.read(self.root / "release" / "ps1" / "lab.ipynb", as_version=4)

    def worth(self, written: bool) -> dict[str, float]:
        """The maximum points of the cells that a person marks (``written``), or of those that hidden checks fill."""
        roles = [each.metadata.nbgrader for each in self.released.cells if "nbgrader" in each.metadata]
        return {role.grade_id: role.points for role in roles if role.grade and role.solution == written}

    def hand_in(self, student: str, files: Mapping[str, bytes], notebook: Any) -> None:
        """Put files and a notebook (bytes are written as they are, None means no notebook) into ``submitted/``."""
        folder = self.root / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / "vae").mkdir(exist_ok=True)
            (folder / "vae" / name).write_bytes(content)
        if notebook is not None:
            (folder / "lab.ipynb").write_bytes(as_bytes(notebook))

    def download(self, name: str, members: Mapping[str, bytes]) -> None:
        """Put a zip where an instructor puts an LMS's download."""
        archive = self.root / "downloaded" / "ps1" / "archive"
        archive.mkdir(parents=True, exist_ok=True)
        (archive / name).write_bytes(zipped(members))

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def points(self, student: str) -> dict[str, float]:
        """The gradebook's score for each cell that hidden checks fill."""
        with self.gradebook() as book:
            return {name: book.find_grade(name, "lab", "ps1", student).score for name in self.worth(False)}

    def mark(self, student: str, marks: Mapping[str, float]) -> None:
        """Mark answers as nbgrader's form does."""
        with self.gradebook() as book:
            for name, mark in marks.items():
                book.find_grade(name, "lab", "ps1", student).manual_score = mark
            book.db.commit()

    def total(self, student: str) -> float:
        with self.gradebook() as book:
            return float(book.find_submission("ps1", student).score)

    def result(self, student: str) -> dict[str, Any]:
        path = self.root / "graded" / "ps1" / "results" / f"{student}.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def autograded(self, student: str) -> Any:
        return nbformat.read(self.root / "autograded" / student / "ps1" / "lab.ipynb", as_version=4)

    def disagreements(self, grades: Path, results: Path) -> list[str]:
        """Students whose gradebook differs from what ``autograder grade`` wrote, in a cell or in the total."""
        wrong = []
        for row in read_csv(grades):
            student = row["submission"]
            result = json.loads((results / f"{student}.json").read_text(encoding="utf-8"))
            points = self.points(student)
            if points != self._cells_of(result["checks"]) or sum(points.values()) != float(row["score"]):
                wrong.append(student)
        return wrong

    def _cells_of(self, checks: Iterable[Mapping[str, Any]]) -> dict[str, float]:
        """The points of each cell, summed over the checks with its name, without the engine's help."""
        names = {name: name for name in self.worth(False)}
        names |= {"reconstruction": "reconstruction_loss", "kl": "kl_divergence"}
        found: dict[str, float] = defaultdict(float, dict.fromkeys(self.worth(False), 0.0))
        for check in checks:
            longest = max((name for name in names if f"{check['id']}_".startswith(f"{name}_")), key=len)
            found[names[longest]] += check["points"]
        return dict(found)


def cell(notebook: Any, name: str) -> Any:
    """The cell with this grade_id."""
    return next(each for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == name)


def answered(released: Any) -> Any:
    """The notebook with one answer in it."""
    notebook = copy.deepcopy(released)
    cell(notebook, "theory-elbo").source = ANSWER
    return notebook


def as_bytes(notebook: Any) -> bytes:
    return notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()


def read_csv(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
