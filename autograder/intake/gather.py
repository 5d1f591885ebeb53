"""The hand-ins of a class that lie side by side in a folder or a zip: one source for each student."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from autograder.intake import lms
from autograder.intake.archive import unpacked
from autograder.intake.gradescope import METADATA, METADATA_BYTES, Record, records
from autograder.intake.lms import PLAIN, Origin, Upload, moment
from autograder.intake.tree import ARCHIVES, Entry, Refused, Tree, open_regular, read, readable
from autograder.messages import Message

TIMESTAMP = "timestamp.txt"  # nbgrader's, beside what a student submitted


@dataclass(frozen=True)
class Source:
    """Where one submission lies.

    ``members`` is empty where all of ``path`` belongs to it. Else it lists the student's part of a shared
    folder or zip: pairs of a place inside and the file name it stands for ("" for a folder).
    """

    name: str
    path: Path
    members: tuple[tuple[str, str], ...] = ()
    notes: tuple[Message, ...] = ()
    origin: Origin = PLAIN


@dataclass(frozen=True)
class Place:
    """A folder, or with ``packed`` the inside of a zip, ``outer`` deep, that holds a whole class."""

    path: Path
    folders: tuple[str, ...]
    files: tuple[str, ...]
    packed: Mapping[str, list[Entry]] | None = None
    outer: str = ""

    def source(self, name: str, top: str, origin: Origin, notes: tuple[Message, ...] = ()) -> Source:
        """All of one folder or archive."""
        if self.packed is None:
            return Source(readable(name), self.path / top, (), notes, origin)
        stands = "" if top in self.folders else top
        return Source(readable(name), self.path, ((self.outer + top, stands),), notes, origin)

    def shared(
        self, name: str, files: Iterable[Upload], origin: Origin, notes: tuple[Message, ...]
    ) -> Source:
        """Several files side by side."""
        members = tuple((self.outer + upload.top, upload.original) for upload in files)
        return Source(readable(name), self.path, members, notes, origin)

    def entry(self, top: str) -> Entry:
        """One of the files."""
        if self.packed is None:
            return Entry((readable(top),), partial(open_regular, self.path / top))
        return self.packed[top][0]

    def holds_code(self, upload: Upload) -> bool:
        """Whether one of the four files is in a zip."""
        with ExitStack() as stack:
            return bool(unpacked(Tree((self.entry(upload.top),)), stack).wanted())


def hand_ins(place: Place) -> list[Source]:
    """A source for each student whom an LMS names, and for each other folder and archive.

    An archive that is no zip can't be read, but that student has to be told so, not overlooked.
    """
    groups: dict[str, list[Upload]] = defaultdict(list)
    for upload in lms.uploads(place.folders, place.files):
        groups[upload.student].append(upload)
    sources = [_gathered(place, student, uploads) for student, uploads in sorted(groups.items())]
    taken = {upload.top for uploads in groups.values() for upload in uploads}
    listed, trouble = _listed(place)
    about = _told(place)
    for top in place.folders:
        if top not in taken:
            record = listed.get(top)
            name = record.name if record else top
            origin = record.origin if record else about(top)
            sources.append(place.source(name, top, origin, trouble or _attempts(record)))
    archives = [top for top in place.files if top not in taken and top.casefold().endswith(ARCHIVES)]
    return sources + [place.source(stem(top), top, PLAIN) for top in archives]


def stem(name: str) -> str:
    """An archive's name without its ending."""
    ending = next((ending for ending in ARCHIVES if name.casefold().endswith(ending)), "")
    return readable(name[: len(name) - len(ending)])


def _gathered(place: Place, student: str, uploads: list[Upload]) -> Source:
    """What counts of a student's uploads: the last zip or the last of each single file, whichever came later."""
    singles, zips = [each for each in uploads if each.wanted], [each for each in uploads if each.packed]
    if singles or len(zips) > 1:  # a report may be packed too
        zips = [each for each in zips if place.holds_code(each)]
    last = max((each.order for each in (*singles, *zips)), default=0)
    if any(each.order == last for each in zips):
        counting = [each for each in (*singles, *zips) if each.order == last]
    else:
        counting = list({each.original.casefold(): each for each in sorted(singles, key=_age)}.values())
    notes = _earlier(counting, [each for each in (*singles, *zips) if each not in counting])
    whole = next((each for each in uploads if not each.original), None)
    chosen = whole or max(counting or uploads, key=_age)
    origin = replace(chosen.origin, late=any(each.origin.late for each in uploads))
    notes += (Message("intake.late"),) if origin.late else ()
    if whole or (len(counting) == 1 and chosen.packed):
        return place.source(student, chosen.top, origin, notes)
    return place.shared(student, counting or uploads, origin, notes)


def _age(upload: Upload) -> tuple[int, str]:
    return upload.order, upload.top


def _earlier(counting: list[Upload], others: list[Upload]) -> tuple[Message, ...]:
    """What to know where some uploads do not count."""
    if not others:
        return ()
    counted, passed_over = (
        ", ".join(readable(upload.top) for upload in sorted(each, key=_age)[-20:])
        for each in (counting, others)
    )
    return (Message("intake.last_upload", {"path": counted, "others": passed_over}),)


def _listed(place: Place) -> tuple[dict[str, Record], tuple[Message, ...]]:
    """What Gradescope's list tells by folder; a note for everybody where it can't be read."""
    if METADATA not in place.files:
        return {}, ()
    try:
        return records(read(place.entry(METADATA), METADATA_BYTES)), ()
    except (Refused, ValueError, OSError):
        return {}, (Message("intake.metadata", {"path": METADATA}),)


def _attempts(record: Record | None) -> tuple[Message, ...]:
    if not record or not record.earlier:
        return ()
    return (
        Message("intake.attempts", {"count": len(record.earlier), "others": ", ".join(record.earlier[-20:])}),
    )


def _told(place: Place) -> Callable[[str], Origin]:
    """What a folder's own contents tell: a clone of a repository, or nbgrader's time stamp."""
    if place.packed is not None:
        return lambda _: PLAIN
    clones = [top for top in place.folders if os.path.lexists(place.path / top / ".git")]
    common = os.path.commonprefix(clones) if len(clones) > 1 else ""  # noqa: RUF071
    common = common[: common.rfind("-") + 1]  # vae-homework-kim, vae-homework-kang: not only to the k

    def about(top: str) -> Origin:
        if top in clones:
            return Origin("github", (readable(top[len(common) :]),))
        time = _timestamp(place.path / top)
        return Origin("nbgrader", (readable(top),), submitted=time) if time else PLAIN

    return about


def _timestamp(student: Path) -> datetime | None:
    """The time that nbgrader noted: submitted/STUDENT/ASSIGNMENT/timestamp.txt."""
    with suppress(OSError, Refused, UnicodeDecodeError):
        for child in sorted(student.iterdir()):
            if child.is_dir() and not child.is_symlink() and (child / TIMESTAMP).is_file():
                entry = Entry((TIMESTAMP,), partial(open_regular, child / TIMESTAMP))
                return moment(read(entry, 200).decode())
    return None
