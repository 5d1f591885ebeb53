"""The hand-ins of a class that lie side by side in a folder or a zip: one source for each student.

Of everything that lies there it is decided whose it is, or why it is nobody's: nothing is passed over in silence.
"""

from __future__ import annotations

import codecs
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from autograder.intake import lms
from autograder.intake.archive import BULK_BYTES, NESTED_DEPTH, archive, nested_zip, unpacked
from autograder.intake.gradescope import METADATA, METADATA_BYTES, Record, records
from autograder.intake.lms import PLAIN, Origin, Upload, moment
from autograder.intake.tree import (
    ARCHIVES,
    WANTED,
    Entry,
    Refused,
    Tree,
    folder,
    ignored,
    is_zip,
    open_regular,
    read,
    readable,
)
from autograder.messages import Message

TIMESTAMP = "timestamp.txt"  # nbgrader's, beside what a student submitted
BULK_ENTRIES = 50_000


class Member(NamedTuple):
    """A student's part of a shared folder or zip: a place in it, the file name it stands for ("" for a folder), and
    how late it was uploaded.
    """

    place: str
    stands: str
    order: int = 0


@dataclass(frozen=True)
class Source:
    """Where one submission lies. ``members`` is empty where all of ``path`` belongs to it."""

    name: str
    path: Path
    members: tuple[Member, ...] = ()
    notes: tuple[Message, ...] = ()
    origin: Origin = PLAIN


class Submissions(list[Source]):
    """The submissions; ``passed_over`` names everything that was not taken for one, and why."""

    def __init__(self, sources: Iterable[Source] = (), passed_over: Iterable[Message] = ()) -> None:
        super().__init__(sources)
        self.passed_over = list(passed_over)

    def pass_over(self, reason: str, place: Place, top: str) -> None:
        self.passed_over.append(Message(f"intake.over_{reason}", {"path": place.shown(top)}))


@dataclass(frozen=True)
class Place:
    """A folder, or with ``packed`` the inside of a zip, ``outer`` deep and in ``layer`` more zips; ``tops`` says what in
    it is a folder.
    """

    path: Path
    tops: Mapping[str, bool]
    packed: Mapping[str, list[Entry]] | None = None
    outer: str = ""
    above: str = ""
    others: tuple[tuple[str, ...], ...] = ()
    layer: int = 0

    @classmethod
    def in_folder(cls, path: Path, above: str = "") -> Place:
        return cls(path, {top: os.path.isdir(path / top) for top in sorted(os.listdir(path))}, above=above)

    @classmethod
    def in_zip(cls, path: Path, stack: ExitStack, above: str = "") -> Place:
        """Raises Refused when it can't be read."""
        tree = archive(open_regular(path), stack, BULK_ENTRIES)
        return cls._packed(path, tree.entries, tree.others, above=above)

    @classmethod
    def _packed(
        cls,
        path: Path,
        entries: Iterable[Entry],
        others: tuple[tuple[str, ...], ...],
        outer: str = "",
        above: str = "",
        layer: int = 0,
    ) -> Place:
        packed: dict[str, list[Entry]] = {other[0]: [] for other in others if other}
        tops = {other[0]: True for other in others if other}
        for entry in entries:
            packed.setdefault(entry.parts[0], []).append(entry)
            tops[entry.parts[0]] = len(entry.parts) > 1
        return cls(path, dict(sorted(tops.items())), packed, outer, above, others, layer)

    @property
    def folders(self) -> list[str]:
        return [top for top, is_folder in self.tops.items() if is_folder and not ignored(top)]

    @property
    def files(self) -> list[str]:
        return [top for top, is_folder in self.tops.items() if not is_folder and not ignored(top)]

    @property
    def own(self) -> list[str]:
        """What would be a hand-in in a class: a folder or an archive. An empty folder in a zip may be one, too."""
        folders = [top for top in self.folders if self.packed is None or self.packed[top]]
        return [*folders, *(top for top in self.files if top.casefold().endswith(ARCHIVES))]

    def shown(self, top: str) -> str:
        return readable(self.above + self.outer + top)

    def below(self, top: str, stack: ExitStack) -> Place | None:
        """What lies in a folder or a zip; None where that can't be opened."""
        with suppress(OSError, Refused):
            if self.packed is not None:
                deeper = int(not self.tops[top])
                if deeper and is_zip(top) and self.layer < NESTED_DEPTH:
                    tree, _ = nested_zip(self.packed[top][0], stack, BULK_BYTES, BULK_ENTRIES)
                    inside, others = list(tree.entries), tree.others
                else:
                    inside = [
                        replace(each, parts=each.parts[1:]) for each in self.packed[top] if each.parts[1:]
                    ]
                    others = tuple(other[1:] for other in self.others if other[0] == top and other[1:])
                outer = f"{self.outer}{top}/"
                if inside or others:
                    return self._packed(self.path, inside, others, outer, self.above, self.layer + deeper)
                return None
            path, above = self.path / top, f"{self.above}{top}/"
            if path.is_symlink():
                return None
            if self.tops[top]:
                return Place.in_folder(path, above)
            return Place.in_zip(path, stack, above) if is_zip(top) else None
        return None

    def tree(self, top: str) -> Tree:
        """All files in a folder; of a file itself."""
        if self.packed is not None:
            return Tree(tuple(self.packed[top]))
        if self.tops[top]:
            return Tree() if (self.path / top).is_symlink() else folder(self.path / top)
        return Tree((Entry((readable(top),), partial(open_regular, self.path / top)),))

    def wanted(self, top: str) -> frozenset[str]:
        """Which of the four files are in it, also in a zip."""
        with ExitStack() as stack, suppress(OSError):
            return frozenset(unpacked(self.tree(top), stack).wanted())
        return frozenset()

    def direct(self) -> list[str]:
        """Those of the four files that lie directly here or in ``vae``: then this is one submission."""
        here = [top for top in self.files if top.casefold() in WANTED]
        vae = self.below("vae", ExitStack()) if self.tops.get("vae") else None
        inside = vae.files if vae else ()
        return here + [f"vae/{child}" for child in inside if child.casefold() in WANTED]

    def shared(self, tops: Iterable[str]) -> dict[str, frozenset[str]]:
        """Those of the tops that hold a file that another of them holds, too: hand-ins of several people, or versions."""
        held = {top: wanted for top in tops if (wanted := self.wanted(top))}
        return {
            top: wanted
            for top, wanted in held.items()
            if any(wanted & held[other] for other in held if other != top)
        }

    @cached_property
    def uploads(self) -> list[Upload]:
        return lms.uploads(self.folders, self.files)

    def source(self, name: str, top: str, origin: Origin, notes: tuple[Message, ...] = ()) -> Source:
        """All of one folder or archive."""
        if self.packed is None:
            return Source(readable(name), self.path / top, (), notes, origin)
        member = Member(self.outer + top, "" if self.tops[top] else top)
        return Source(readable(name), self.path, (member,), notes, origin)


def hand_ins(place: Place, found: Submissions) -> None:
    """Add a source for each student whom an LMS names, and for each other folder and archive; name all else.

    An archive that is no zip can't be read, but that student has to be told so, not overlooked.
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
            found.pass_over("code" if top.casefold() in WANTED else "file", place, top)
    for top, record in listed.items():
        if top not in place.tops:
            found.pass_over("listed", place, f"{top} ({record.name})")


def stem(name: str) -> str:
    """An archive's name without its ending."""
    ending = next((ending for ending in ARCHIVES if name.casefold().endswith(ending)), "")
    return readable(name[: len(name) - len(ending)])


def _gathered(place: Place, uploads: list[Upload]) -> Source:
    """All that an LMS gave of one student: a download holds the last attempt, and all of it belongs together.

    Where downloads of several days lie in one folder, ``load`` takes the newest of each file.
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
    """What Gradescope's list tells by folder; a note for everybody where it can't be read."""
    if METADATA not in place.files:
        return {}, ()
    try:
        return records(read(place.tree(METADATA).entries[0], METADATA_BYTES)), ()
    except (Refused, ValueError, OSError):
        return {}, (Message("intake.metadata", {"path": METADATA}),)


def _attempts(record: Record) -> tuple[Message, ...]:
    if not record.earlier:
        return ()
    return (
        Message("intake.attempts", {"count": len(record.earlier), "others": ", ".join(record.earlier[-20:])}),
    )


def _told(place: Place) -> Callable[[str], tuple[Origin, tuple[Message, ...]]]:
    """What a folder's own contents tell: a clone of a repository, or nbgrader's time stamp."""
    if place.packed is not None:
        return lambda _: (PLAIN, ())

    def about(top: str) -> tuple[Origin, tuple[Message, ...]]:
        if os.path.lexists(place.path / top / ".git"):
            return Origin("github"), ()  # where the owner begins in HOMEWORK-OWNER, a gradebook has to tell
        return _timestamp(place.path / top)

    return about


def _timestamp(student: Path) -> tuple[Origin, tuple[Message, ...]]:
    """The time that nbgrader noted: submitted/STUDENT/ASSIGNMENT/timestamp.txt; a note where it is no time."""
    with suppress(OSError):
        for child in sorted(student.iterdir()):
            if child.is_dir() and not child.is_symlink() and (child / TIMESTAMP).is_file():
                time, notes = stamped(child)
                origin = Origin("nbgrader", (readable(student.name),), submitted=time)
                return (origin if time else PLAIN), notes
    return PLAIN, ()


def stamped(folder: Path) -> tuple[datetime | None, tuple[Message, ...]]:
    """The time in a hand-in's timestamp.txt, None where there is none; a note where what it holds is no time."""
    with suppress(OSError, Refused):
        text = stamp(read(Entry((TIMESTAMP,), partial(open_regular, folder / TIMESTAMP)), 200))
        if time := moment(text):
            return time, ()
        values = {"path": readable(f"{folder.name}/{TIMESTAMP}"), "text": readable(text.strip()[:60])}
        return None, (Message("intake.timestamp", values),)
    return None, ()


def stamp(content: bytes) -> str:
    """A time stamp's text, with whatever mark Windows put before it."""
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if utf16 else "utf-8", "replace").lstrip("\ufeff")
