"""How learning management systems name what they let an instructor download."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.intake.tree import WANTED, is_zip

# doejane_LATE_12345_678910_model-1.py, anon_aB3dE_678910_model.py: student, upload, the student's name for it
CANVAS = re.compile(
    r"(?:(?P<name>.+?)(?:_LATE)?_(?P<user>\d+)|(?P<anonymous>anon_[^_]+))_(?P<upload>\d+)_(?P<file>.+)",
    re.DOTALL,
)
MOODLE = re.compile(r".+_\d+_assignsubmission_.+", re.DOTALL)


@dataclass(frozen=True)
class CanvasFile:
    """A single file in a Canvas download."""

    student: str
    upload: int
    original: str


def canvas_file(name: str) -> CanvasFile | None:
    """What Canvas tells by the name; None where it isn't Canvas's, or is neither wanted nor a zip."""
    match = CANVAS.fullmatch(name)
    if not match:
        return None
    original = re.sub(r"-\d+(?=\.\w+$)", "", match["file"])  # Canvas numbers what is handed in again
    if original.casefold() not in WANTED and not is_zip(original):
        return None
    student = match["anonymous"] or f"{match['name']}_{match['user']}"
    return CanvasFile(student, int(match["upload"][-18:]), original)


def is_lms_name(name: str) -> bool:
    """Whether an LMS gave this name to a folder or file."""
    return bool(MOODLE.fullmatch(name) or canvas_file(name))
