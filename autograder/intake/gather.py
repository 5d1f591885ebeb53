"""Gather the hand-ins of a class that are side by side in a folder or a zip: one source per student.

Everything there is either somebody's, or named with the reason why it is nobody's: nothing is skipped silently.
"""

from __future__ import annotations

import codecs
import os
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from autograder.homework import homework
from autograder.intake.gradescope import METADATA, METADATA_BYTES, Record, records
from autograder.intake.lms import PLAIN, Origin, Upload
from autograder.intake.place import Member, Place, Source, Submissions
from autograder.intake.tree import (
    ARCHIVES,
    HandedFile,
    NotRead,
    ignored,
    open_regular,
    read,
    readable,
)
from autograder.messages import Message
from autograder.moment import moment

TIMESTAMP = "timestamp.txt"  # nbgrader's, beside what a student submitted


def hand_ins(place: Place, found: Submissions) -> None:
    """Add a source for each student whom an LMS names, and for each other folder and archive; pass over all else.

    An archive that is not a zip can't be read, but its student must be told so, not overlooked.
    """
    groups: dict[str, list[Upload]] = defaultdict(list)
    for upload in place.uploads:
        groups[upload.key].append(upload)
    taken = {upload.top for uploads in groups.values() for upload in uploads}
    found += [_gathered(place, uploads) for _, uploads in sorted(groups.items())]
    listed, trouble = _listed(place)
    about = _told(place)
    for top, is_folder in place.tops.items():
        if top in taken:
            continue
        if ignored(top):
            found.pass_over("hidden", place, top)
        elif is_folder:
            record = listed.get(top)
            origin, notes = (record.origin, _attempts(record)) if record else about(top)
            found.append(place.source(record.name if record else top, top, origin, trouble or notes))
        elif top.casefold().endswith(ARCHIVES):
            found.append(place.source(stem(top), top, PLAIN))
        elif top == METADATA:
            found.pass_over("list", place, top)
        else:
            found.pass_over("code" if top.casefold() in homework().files else "file", place, top)
    for top, record in listed.items():
        if top not in place.tops:
            found.pass_over("listed", place, f"{top} ({record.name})")


def stem(name: str) -> str:
    """An archive's name without its ending."""
    ending = next((ending for ending in ARCHIVES if name.casefold().endswith(ending)), "")
    return readable(name[: len(name) - len(ending)])


def _gathered(place: Place, uploads: list[Upload]) -> Source:
    """One source from all of a student's uploads: a download holds the last attempt, all of which belongs together.

    If downloads of several days are in one folder, ``load`` takes the newest of each file.
    """
    ordered = sorted(uploads, key=lambda each: (each.wanted or each.packed, each.order, each.top))
    last = max(uploads, key=lambda each: each.order)
    late = any(each.origin.late for each in uploads)
    origin = replace(ordered[-1].origin, late=late, submitted=last.origin.submitted)
    members = tuple(
        Member(place.outer + each.top, readable(each.original), each.order)
        for each in sorted(uploads, key=lambda each: (each.order, each.top))
    )
    notes = (Message("intake.late"),) if late else ()
    return Source(readable(ordered[-1].student), place.path, members, notes, origin)


def _listed(place: Place) -> tuple[dict[str, Record], tuple[Message, ...]]:
    """The records in Gradescope's list, by folder; a note for everybody if it can't be read."""
    if METADATA not in place.files:
        return {}, ()
    try:
        return records(read(place.tree(METADATA).entries[0], METADATA_BYTES)), ()
    except (NotRead, ValueError, OSError):
        return {}, (Message("intake.metadata", {"path": METADATA}),)


def _attempts(record: Record) -> tuple[Message, ...]:
    if not record.earlier:
        return ()
    return (
        Message("intake.attempts", {"count": len(record.earlier), "others": ", ".join(record.earlier[-20:])}),
    )


def _told(place: Place) -> Callable[[str], tuple[Origin, tuple[Message, ...]]]:
    """A function that tells a folder's origin by its contents: a clone of a repository, or nbgrader's time stamp."""
    if place.packed is not None:
        return lambda _: (PLAIN, ())

    def about(top: str) -> tuple[Origin, tuple[Message, ...]]:
        if os.path.lexists(place.path / top / ".git"):
            return Origin("github"), ()  # only a gradebook can tell where OWNER begins in HOMEWORK-OWNER
        return _timestamp(place.path / top)

    return about


def _timestamp(student: Path) -> tuple[Origin, tuple[Message, ...]]:
    """The time that nbgrader wrote to submitted/STUDENT/ASSIGNMENT/timestamp.txt; a note if that is not a time."""
    with suppress(OSError):
        for child in sorted(student.iterdir()):
            if child.is_dir() and not child.is_symlink() and (child / TIMESTAMP).is_file():
                time, notes = stamped(child)
                origin = Origin("nbgrader", (readable(student.name),), submitted=time)
                return (origin if time else PLAIN), notes
    return PLAIN, ()


def stamped(folder: Path) -> tuple[datetime | None, tuple[Message, ...]]:
    """The time in a hand-in's timestamp.txt, None if there is none; a note if what it holds is not a time."""
    with suppress(OSError, NotRead):
        text = stamp(read(HandedFile((TIMESTAMP,), partial(open_regular, folder / TIMESTAMP)), 200))
        if time := moment(text):
            return time, ()
        values = {"path": readable(f"{folder.name}/{TIMESTAMP}"), "text": readable(text.strip()[:60])}
        return None, (Message("intake.timestamp", values),)
    return None, ()


def stamp(content: bytes) -> str:
    """A time stamp's text, without the byte-order mark that Windows may have put before it."""
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if utf16 else "utf-8", "replace").lstrip("\ufeff")
