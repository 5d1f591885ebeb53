"""How learning management systems name what they let an instructor download, and what the names tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from autograder.homework import homework
from autograder.intake.tree import ARCHIVES

# LATE_anon_aB3dE_678910_work.py, anon_aB3dE_text.html; others: doejane_LATE_12345_678910_work-1.py
ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[^_]+)(?P<after>_LATE)?_(?:(?P<upload>\d+)_)?(?P<file>.+)", re.DOTALL
)
# Kim Minji_12_assignsubmission_file (a folder), ..._file_ (one of Moodle before 4.1), ..._file_work.py (flat),
# Team 1_7_..., Default group_... (of a team that has no number); "..._file (1)" if unpacked a second time
MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<user>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?: ?\(\d\d?\)|_(?P<file>.*))?",
    re.DOTALL,
)
# hw7_20261234_attempt_2026-11-27-14-03-05_work.py, and ....txt, which says that it was handed in
BLACKBOARD = re.compile(r"(?P<head>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL)
NAME_LETTERS = 500  # a student may put longer names into a zip, on which the patterns take minutes
READINGS = 4  # ways to read one name
TEXTS = ("text.html", "link.html", "media.html", "onlinetext.html")  # what is written in the browser
STUDENT_NUMBER = re.compile(r"(19|20)\d{6,8}")


@dataclass(frozen=True)
class Origin:
    """What is known about a hand-in besides its files; all empty for a plain folder or zip.

    ``ids`` are those by which the LMS's gradebook knows the student, or each of a group. ``upload`` is the name
    under which the LMS accepts feedback. If ``submitted`` has no zone, it is in the course's.
    """

    lms: str = ""
    ids: tuple[str, ...] = ()
    upload: str = ""
    late: bool = False
    submitted: datetime | None = None


PLAIN = Origin()


@dataclass(frozen=True)
class Upload:
    """A file, or a whole folder (``original`` is empty), that an LMS named after a student.

    ``key`` tells students apart, even if two have the same name.
    """

    top: str
    key: str
    student: str
    original: str
    order: int
    origin: Origin

    @property
    def wanted(self) -> bool:
        return self.original.casefold() in homework().files

    @property
    def packed(self) -> bool:
        return self.original.casefold().endswith(ARCHIVES)


def canvas(name: str) -> list[Upload]:
    """All ways to read a file's name as Canvas's; the one with the shortest student name comes first."""
    found: list[tuple[str, str, bool, str, str]] = []
    if match := ANONYMOUS.fullmatch(name):
        late, upload = bool(match["late"] or match["after"]), match["upload"] or ""
        found = [(f"anon_{match['user']}", match["user"], late, upload, match["file"])]
    else:
        for own, user, upload, file in islice(_splits(name.split("_")), READINGS):
            late = own[-1] == "LATE"
            found.append(("_".join((*own[: -1 if late else None], user)), user, late, upload, file))
    return [
        Upload(
            name,
            student,
            student,
            re.sub(r"-\d+(?=\.\w+$)", "", file),  # Canvas numbers what is handed in again
            int(upload[-18:] or 0),
            Origin("canvas", (user,), name, late),
        )
        for student, user, late, upload, file in found
        if upload or file in TEXTS
    ]


def _splits(words: list[str]) -> Iterable[tuple[list[str], str, str, str]]:
    """Yield name, user, upload and file at each place with two numbers in a row, or a number before one of TEXTS."""
    for at in range(1, len(words) - 1):
        own, (user, upload), file = words[:at], words[at : at + 2], "_".join(words[at + 2 :])
        if _is_number(user) and own != ["LATE"] and any(own):
            if file and _is_number(upload):
                yield own, user, upload, file
            elif not file and upload in TEXTS:
                yield own, user, "", upload


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal()


def _settled(readings: Mapping[str, list[Upload]]) -> list[Upload]:
    """For each file, the reading that fits the others: no two uploads share a number, numbers are of similar length."""
    times = Counter(each.order for found in readings.values() for each in found if each.order)
    sure = [found[0] for found in readings.values() if len(found) == 1 and found[0].order]
    lengths = {_lengths(each) for each in sure if not each.student.startswith("anon_")}

    def doubt(each: Upload) -> tuple[int, ...]:
        far = min((abs(a - c) + abs(b - d) for a, b in lengths for c, d in [_lengths(each)]), default=0)
        numbers = sum(
            bool(STUDENT_NUMBER.fullmatch(number)) for number in (*each.origin.ids, str(each.order))
        )
        return times[each.order] > 1, far, numbers, not (each.wanted or each.packed)

    return [min(found, key=doubt) for found in readings.values()]


def _lengths(upload: Upload) -> tuple[int, int]:
    return len(upload.origin.ids[0]), len(str(upload.order))


def moodle(name: str) -> Upload | None:
    """What a folder's or file's name tells if it is Moodle's; else None."""
    match = MOODLE.fullmatch(name)
    if not match:
        return None
    original, numbered = match["file"] or "", match["user"] is not None
    student = f"{match['name']}_{match['user']}" if numbered else match["name"]
    upload = f"{student}_assignsubmission_file_" if original else f"{name}/"
    origin = Origin(
        "moodle",
        (match["user"],) if numbered else (),
        upload.replace(f"_assignsubmission_{match['kind']}", "_assignsubmission_file"),
    )
    return Upload(name, student, student, original, 0, origin)


def blackboard(name: str) -> Upload | None:
    """What a file's name tells if it is Blackboard's; else None."""
    match = BLACKBOARD.fullmatch(name)
    if not match or "_" not in match["head"]:
        return None
    head, time = match["head"], match["time"]
    last = head.rpartition("_")[2]
    user = last if re.fullmatch(r"\d{5,}", last) else head.partition("_")[2]
    with suppress(ValueError):
        origin = Origin("blackboard", (user,), name, submitted=datetime.strptime(time, "%Y-%m-%d-%H-%M-%S"))
        return Upload(name, head, user, match["file"] or "receipt.txt", int(time.replace("-", "")), origin)
    return None


def uploads(folders: Iterable[str], files: Iterable[str]) -> list[Upload]:
    """Those of the folders and files in one place that an LMS named.

    Canvas's pattern by itself proves little (hw_1_20261234_kim.zip). One of these must be true as well:
    - there is one of the homework's files, or a text written in the browser;
    - there are more than half as many students as archives;
    - there are several students, all archives (all files if there are none) match, all ids have three letters or more,
      and the upload numbers do not all look like student numbers.
    """
    folders, files = ([name for name in names if len(name) <= NAME_LETTERS] for names in (folders, files))
    found = [upload for name in (*folders, *files) if (upload := moodle(name) or blackboard(name))]
    known = {upload.top for upload in found}
    settled = _settled({name: read for name in files if name not in known and (read := canvas(name))})
    packed = [upload for upload in settled if upload.packed]
    alike = packed or settled
    students = {upload.student for upload in alike}
    archives = [name for name in files if name.casefold().endswith(ARCHIVES)]
    real = (
        any(upload.wanted or (not upload.order and upload.original in TEXTS) for upload in settled)
        or 2 * len({upload.student for upload in packed}) > len(packed) > 0
        or (
            len(students) > 1
            and len(alike) == len(archives if packed else files)
            and all(len(upload.origin.ids[0]) > 2 for upload in alike)
            and not all(STUDENT_NUMBER.fullmatch(str(upload.order)) for upload in alike)
        )
    )
    return [*found, *settled] if real else found
