"""How learning management systems name what they let an instructor download, and what the names tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from autograder.intake.tree import WANTED, is_zip

# doejane_LATE_12345_678910_model-1.py, anon_aB3dE_678910_model.py: student, upload, the student's name for it
CANVAS = re.compile(
    r"(?:(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)|(?P<anonymous>anon_[^_]+))_(?P<upload>\d+)_(?P<file>.+)",
    re.DOTALL,
)
# Kim Minji_12_assignsubmission_file (a folder), ..._file_ (one of Moodle before 4.1), ..._file_model.py (flat)
MOODLE = re.compile(
    r"(?P<name>.+)_(?P<user>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL
)


MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)? *(UTC|GMT|Z|[+-]\d\d:?\d\d)\s*")


@dataclass(frozen=True)
class Origin:
    """What is known of a hand-in besides its files; all empty for a plain folder or zip.

    ``ids`` are those by which the LMS's gradebook knows the student, or each of a group. ``upload`` is the name
    under which the LMS takes feedback back.
    """

    lms: str = ""
    ids: tuple[str, ...] = ()
    upload: str = ""
    late: bool = False
    submitted: datetime | None = None


PLAIN = Origin()


@dataclass(frozen=True)
class Upload:
    """A file, or a whole folder (``original`` is empty), that an LMS named after a student."""

    top: str
    student: str
    original: str
    order: int
    origin: Origin

    @property
    def wanted(self) -> bool:
        return self.original.casefold() in WANTED

    @property
    def packed(self) -> bool:
        return is_zip(self.original)


def canvas(name: str) -> Upload | None:
    """What Canvas tells by the name of a file; None where it isn't Canvas's."""
    match = CANVAS.fullmatch(name)
    if not match:
        return None
    original = re.sub(r"-\d+(?=\.\w+$)", "", match["file"])  # Canvas numbers what is handed in again
    student = match["anonymous"] or f"{match['name']}_{match['user']}"
    number = match["user"] or match["anonymous"].removeprefix("anon_")
    origin = Origin("canvas", (number,), name, late=bool(match["late"]))
    return Upload(name, student, original, int(match["upload"][-18:]), origin)


def moodle(name: str) -> Upload | None:
    """What Moodle tells by the name of a folder or file; None where it isn't Moodle's."""
    match = MOODLE.fullmatch(name)
    if not match:
        return None
    original = match["file"] or ""
    upload = f"{match['name']}_{match['user']}_assignsubmission_file_" if original else f"{name}/"
    if match["kind"] == "onlinetext":
        original = original or "onlinetext.html"
    origin = Origin("moodle", (match["user"],), upload.replace("_onlinetext", "_file"))
    return Upload(name, f"{match['name']}_{match['user']}", original, 0, origin)


def uploads(folders: Iterable[str], files: Iterable[str]) -> list[Upload]:
    """Those of the folders and files in one place that an LMS named.

    Canvas's pattern alone proves little (hw_1_20261234_kim.zip): one of the four files has to be there, or about
    as many students as zips.
    """
    files = list(files)
    found = [upload for name in (*folders, *files) if (upload := moodle(name))]
    if found:
        return found
    found = [upload for name in files if (upload := canvas(name))]
    zips = [upload for upload in found if upload.packed]
    real = (
        any(upload.wanted for upload in found) or 2 * len({upload.student for upload in zips}) > len(zips) > 0
    )
    return found if real else []


def moment(text: str) -> datetime | None:
    """A time with its zone, as nbgrader and people write it; None for anything else."""
    match = MOMENT.fullmatch(text.strip())
    if not match:
        return None
    day, time, zone = match.groups()
    offset = "+0000" if zone.isalpha() else zone.replace(":", "")
    with suppress(ValueError):
        return datetime.strptime(f"{day} {(time + ':00')[:8]} {offset}", "%Y-%m-%d %H:%M:%S %z")
    return None
