"""An LMS download -> ``submitted/``: whose hand-in a file belongs to, and where it goes."""

from __future__ import annotations

import re
from pathlib import Path

from nbgrader.plugins import FileNameCollectorPlugin

from autograder.intake.lms import CANVAS
from autograder.intake.tree import WANTED, ignored

MOODLE = re.compile(r"(?P<name>.+)_(?P<user>\d+)_assignsubmission_file_?", re.DOTALL)


class HandInCollector(FileNameCollectorPlugin):
    """For ``nbgrader zip_collect``: one zip a student in ``downloaded/ASSIGNMENT/archive``, or the zip of a whole class.

    Canvas's and Moodle's names are known; any other zip or folder has the student's id for a name.
    """

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The ``student_id`` and the ``file_id`` of an extracted file; None for one that is not graded."""
        path = Path(submitted_file)
        parts = path.parts[len(self._extracted().parts) :]
        if any(map(ignored, parts)) or path.is_symlink():
            return None
        place = next((n for n, part in enumerate(parts[:-1]) if student_of(part)), 0)
        folder, inside = Path(*path.parts[: len(path.parts) - len(parts) + place + 1]), parts[place + 1 :]
        if not inside:
            return None
        student = student_of(parts[place]) or parts[place]
        if path.suffix == ".ipynb":
            return {"student_id": student, "file_id": self._notebook()} if path == closest(folder) else None
        return (
            {"student_id": student, "file_id": "/".join(inside)} if inside[-1].casefold() in WANTED else None
        )

    def _extracted(self) -> Path:
        return Path(self.parent._format_collect_path(self.parent.extracted_directory))

    def _notebook(self) -> str:
        """The name under which nbgrader knows the notebook."""
        course = self.parent.coursedir
        released = Path(course.format_path(course.release_directory, ".", course.assignment_id))
        return next((path.name for path in sorted(released.glob("*.ipynb"))), "lab.ipynb")


def student_of(name: str) -> str | None:
    """The student whom an LMS names in this way; None where it is no LMS's name."""
    if match := MOODLE.fullmatch(name):
        return f"{match['name']}_{match['user']}"
    if match := CANVAS.fullmatch(name):
        return match["anonymous"] or f"{match['name']}_{match['user']}"
    return None


def closest(folder: Path) -> Path | None:
    """The notebook that a student most likely means: the one nearest to the top, ``lab.ipynb`` before others."""
    found = [
        path
        for path in folder.rglob("*.ipynb")
        if not any(map(ignored, path.relative_to(folder).parts)) and not path.is_symlink()
    ]
    return min(found, key=lambda path: ("lab" not in path.stem, len(path.parts), path), default=None)
