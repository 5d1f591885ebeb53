"""Which submissions there are where an instructor points: a class folder, an LMS download, or one hand-in."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from autograder.intake.archive import archive, unpacked
from autograder.intake.lms import canvas_file, is_lms_name
from autograder.intake.tree import (
    ARCHIVES,
    FOLDER_DEPTH,
    WANTED,
    Entry,
    Refused,
    Tree,
    ignored,
    is_zip,
    open_regular,
    readable,
)
from autograder.messages import Message, Refusal

BULK_ENTRIES = 50_000
PROBED = 50  # so many hand-ins are looked into to tell a whole class from one student's folders


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


def find(path: Path) -> list[Source]:
    """The submissions at ``path``, sorted by name. Raises Refusal when there are none."""
    name = os.path.basename(os.path.abspath(path))
    try:
        real = Path(path).resolve(strict=True)  # the instructor may point through a link, a student may not
        if real.is_dir():
            tops = {top: os.path.isdir(real / top) for top in os.listdir(real)}
            if _is_single((top,) for top in tops if not tops[top]) or _is_single(_inside_vae(real)):
                return [Source(readable(name), real)]
            sources = _class_folder(real, tops)
        elif is_zip(real.name):
            sources = _class_zip(real) or [Source(_stem(name), real)]
        else:
            raise Refusal(Message("intake.not_submissions", {"path": str(path)}))
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise Refusal(Message("intake.no_path", {"path": str(path)})) from error
    if not sources:
        raise Refusal(Message("intake.nothing_found", {"path": str(path)}))
    return sorted(_distinct(sources), key=lambda source: source.name)


def _inside_vae(root: Path) -> list[tuple[str, ...]]:
    """The places of the files in the folder ``vae``, none where it can't be opened."""
    with suppress(OSError):
        return [
            ("vae", child) for child in os.listdir(root / "vae") if not os.path.isdir(root / "vae" / child)
        ]
    return []


def _is_single(places: Iterable[tuple[str, ...]]) -> bool:
    """Whether one of the four files lies directly here or in ``vae``: then this is one submission."""
    return any(place[-1].casefold() in WANTED and place[:-1] in ((), ("vae",)) for place in places)


def _stem(name: str) -> str:
    ending = next((ending for ending in ARCHIVES if name.casefold().endswith(ending)), "")
    return readable(name[: len(name) - len(ending)])


def _class_folder(root: Path, tops: Mapping[str, bool]) -> list[Source]:
    """A source for each folder and archive, and for each student whose single files Canvas put there.

    An archive that is no zip can't be read, but that student has to be told so, not overlooked.
    """
    shown = [top for top in tops if not ignored(top)]
    sources = [Source(readable(top), root / top) for top in shown if tops[top]]
    archives = [top for top in shown if not tops[top] and top.casefold().endswith(ARCHIVES)]
    sources += [Source(_stem(top), root / top) for top in archives]
    return sources + _canvas_files(root, [top for top in tops if not tops[top]])


def _class_zip(path: Path) -> list[Source]:
    """Likewise for a zip with a whole class in it; nothing when it is one student's."""
    with ExitStack() as stack:
        try:
            entries = list(archive(open_regular(path), stack, BULK_ENTRIES).entries)
        except Refused:
            return []  # ``load`` will say what is wrong with it
        outer = ""
        for _ in range(FOLDER_DEPTH):
            tops = {entry.parts[0] for entry in entries}
            if not entries or _is_single(entry.parts for entry in entries):
                return []
            if any(map(is_lms_name, tops)):
                break
            if len(tops) > 1 or len(entries[0].parts) == 1:
                if not _are_several(entries):
                    return []
                break
            outer += entries[0].parts[0] + "/"  # take off a folder that is around everything
            entries = [replace(entry, parts=entry.parts[1:]) for entry in entries if len(entry.parts) > 1]
        else:
            return []
    folders = {entry.parts[0] for entry in entries if len(entry.parts) > 1}
    zips = {top for top in tops - folders if is_zip(top)}
    sources = [Source(top, path, ((outer + top, ""),)) for top in folders]
    sources += [Source(_stem(top), path, ((outer + top, top),)) for top in zips]
    return sources + _canvas_files(path, tops - folders, outer)


def _are_several(entries: Iterable[Entry]) -> bool:
    """Whether at least two of the folders or zips on top look like hand-ins of their own."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.parts[0]].append(entry)
    return len(list(islice(filter(_is_hand_in, islice(groups.values(), PROBED)), 2))) == 2


def _is_hand_in(group: Iterable[Entry]) -> bool:
    """Whether at least two of the four files are there: one student may have put each into its own folder."""
    with ExitStack() as stack:
        return len(unpacked(Tree(tuple(group)), stack).wanted()) >= 2


def _canvas_files(path: Path, names: Iterable[str], outer: str = "") -> list[Source]:
    """Single files that Canvas put side by side, gathered by student; of one file the last upload counts."""
    uploads: dict[str, dict[str, list[tuple[int, str, str]]]] = defaultdict(lambda: defaultdict(list))
    for name in names:
        file = canvas_file(name)
        if file and not is_zip(file.original):
            upload = (file.upload, outer + name, file.original)
            uploads[file.student][file.original.casefold()].append(upload)
    sources = []
    for student, files in sorted(uploads.items()):
        members = tuple(max(versions)[1:] for versions in files.values())
        notes = tuple(
            Message("intake.last_upload", {"file": file, "path": readable(max(versions)[1])})
            for file, versions in sorted(files.items())
            if len(versions) > 1
        )
        sources.append(Source(readable(student), path, members, notes))
    return sources


def _distinct(sources: Iterable[Source]) -> list[Source]:
    """The sources with names that differ: of two called kim one stays it and one becomes "kim (2)"."""
    ordered = sorted(sources, key=lambda source: (source.name, str(source.path), source.members))
    count = Counter(source.name for source in ordered)
    taken: set[str] = set()
    distinct = []
    for source in ordered:
        name, number = source.name, 2
        while name in taken or (name != source.name and name in count):
            name, number = f"{source.name} ({number})", number + 1
        taken.add(name)
        if count[source.name] > 1:
            place = readable(source.members[0][0] if source.members else source.path.name)
            values = {"name": source.name, "count": count[source.name], "path": place}
            note = Message("intake.same_name", values)
            source = replace(source, name=name, notes=(*source.notes, note))
        distinct.append(source)
    return distinct
