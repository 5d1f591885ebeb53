"""How learning management systems name what they let an instructor download, and what the names tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import islice
from zoneinfo import ZoneInfo

from autograder.intake.tree import ARCHIVES, WANTED

# LATE_anon_aB3dE_678910_model.py, anon_aB3dE_text.html; others: doejane_LATE_12345_678910_model-1.py
ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[^_]+)(?P<after>_LATE)?_(?:(?P<upload>\d+)_)?(?P<file>.+)", re.DOTALL
)
# Kim Minji_12_assignsubmission_file (a folder), ..._file_ (one of Moodle before 4.1), ..._file_model.py (flat),
# Team 1_7_..., Default group_... (of a team that has no number); "..._file (1)" if unpacked where it lay already
MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<user>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?: ?\(\d\d?\)|_(?P<file>.*))?",
    re.DOTALL,
)
# hw7_20261234_attempt_2026-11-27-14-03-05_model.py, and ....txt, which says that it was handed in
BLACKBOARD = re.compile(r"(?P<head>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL)
NAME_LETTERS = 500  # a student may put longer names into a zip, at which patterns take minutes
READINGS = 4  # of one name
TEXTS = ("text.html", "link.html", "media.html", "onlinetext.html")  # what is written in the browser
STUDENT_NUMBER = re.compile(r"(19|20)\d{6,8}")

# 2026-04-03 23:59:00 KST, 2026-04-03T14:59:00Z, 2026-04-03 23:59 UTC+9, 2026. 4. 3. 오후 11:59:00, 2026/04/03 11:59 PM
MOMENT = re.compile(
    r"(?P<year>\d{4})(?:[-/.] ?|년 ?)(?P<month>\d\d?)(?:[-/.] ?|월 ?)(?P<day>\d\d?)[.일]?(?:T|\s+)(?P<before>오전|오후)?\s*"
    r"(?P<hour>\d\d?)(?::|시 ?)(?P<minute>\d\d)(?:분|:(?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<after>[AP]M\b)?\s*"
    r"\(?(?P<zone>(?:UTC|GMT)?[+-]\d\d?(?::?\d\d)?|[A-Z][\w/+-]*)?\)?",
    re.IGNORECASE,
)
PARTS = ("year", "month", "day", "hour", "minute", "second")
HOURS = {"UTC": 0, "GMT": 0, "Z": 0, "KST": 9, "JST": 9, "CET": 1, "CEST": 2, "EST": -5, "EDT": -4}
HOURS |= {"CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # as in RFC 822


@dataclass(frozen=True)
class Origin:
    """What is known of a hand-in besides its files; all empty for a plain folder or zip.

    ``ids`` are those by which the LMS's gradebook knows the student, or each of a group. ``upload`` is the name
    under which the LMS takes feedback back. A time ``submitted`` without a zone is in the course's.
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

    ``key`` tells students apart, also where two have the same name.
    """

    top: str
    key: str
    student: str
    original: str
    order: int
    origin: Origin

    @property
    def wanted(self) -> bool:
        return self.original.casefold() in WANTED

    @property
    def packed(self) -> bool:
        return self.original.casefold().endswith(ARCHIVES)


def canvas(name: str) -> list[Upload]:
    """What Canvas may tell by the name of a file: all ways to read it, that with the shortest name first."""
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
    """Name, user, upload and file at each place where two numbers, or one before a text, stand in a row."""
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
    """Of each file the reading that fits the others: no upload has another's number, numbers are as long as theirs."""
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
    """What Moodle tells by the name of a folder or file; None where it isn't Moodle's."""
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
    """What Blackboard tells by the name of a file; None where it isn't Blackboard's."""
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

    Canvas's pattern alone proves little (hw_1_20261234_kim.zip): one of the four files has to be there, a text
    written in the browser, or about as many students as archives; or all archives, where there are none all files,
    have names with a student's id and no student number in place of the upload's.
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


def moment(text: str) -> datetime | None:
    """A time as nbgrader, Windows and people write it; None for anything else. It has no zone where none is written."""
    match = MOMENT.fullmatch(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second = (int(match[part] or 0) for part in PARTS)
    half = (match["before"] or match["after"] or "").upper()
    if half:
        hour = hour % 12 + 12 * (half in ("오후", "PM")) if 1 <= hour <= 12 else 99
    end = (hour, minute, second) == (24, 0, 0)  # of the day
    with suppress(ValueError, LookupError, OSError, OverflowError):
        naive = datetime(year, month, day, 0 if end else hour, minute, second) + timedelta(days=end)
        return naive.replace(tzinfo=_zone(match["zone"])) if match["zone"] else naive
    return None


def _zone(text: str) -> tzinfo:
    """A zone by its offset, its letters or its city. Raises ValueError or LookupError."""
    if text.upper() in HOURS:
        return timezone(timedelta(hours=HOURS[text.upper()]))
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?", text, re.IGNORECASE)
    if not offset:
        return ZoneInfo(text)
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-ahead if offset[1] == "-" else ahead)
