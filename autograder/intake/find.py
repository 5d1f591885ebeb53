"""Which submissions there are where an instructor points: a class folder, an LMS download, or one hand-in."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from autograder.intake import lms
from autograder.intake.archive import archive, unpacked
from autograder.intake.gather import Place, Source, hand_ins, stem
from autograder.intake.gradescope import METADATA
from autograder.intake.tree import (
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


def find(path: Path) -> list[Source]:
    """The submissions at ``path``, sorted by name. Raises Refusal when there are none."""
    name = os.path.basename(os.path.abspath(path))
    try:
        real = Path(path).resolve(strict=True)  # the instructor may point through a link, a student may not
        if real.is_dir():
            real, tops = _inside(real)
            if _is_single((top,) for top in tops if not tops[top]) or _is_single(_inside_vae(real)):
                return [Source(readable(name), real)]
            sources = _class_folder(real, tops)
        elif is_zip(real.name):
            sources = _class_zip(real) or [Source(stem(name), real)]
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


def _inside(root: Path) -> tuple[Path, dict[str, bool]]:
    """The folder with its children; of one that holds nothing but a folder of an LMS, that folder."""
    while True:
        tops = {top: os.path.isdir(root / top) for top in os.listdir(root)}
        shown = [top for top in tops if not ignored(top)]
        if len(shown) != 1 or not tops[shown[0]] or os.path.islink(root / shown[0]):
            return root, tops
        children = {top: os.path.isdir(root / shown[0] / top) for top in os.listdir(root / shown[0])}
        if not _is_download(children):
            return root, tops
        root = root / shown[0]


def _is_download(tops: Mapping[str, bool]) -> bool:
    """Whether an LMS made this list of folders (True) and files."""
    folders, files = [top for top in tops if tops[top]], [top for top in tops if not tops[top]]
    return METADATA in files or bool(lms.uploads(folders, files))


def _class_folder(root: Path, tops: Mapping[str, bool]) -> list[Source]:
    shown = sorted(top for top in tops if not ignored(top))
    folders, files = (tuple(top for top in shown if tops[top] is kind) for kind in (True, False))
    return hand_ins(Place(root, folders, files))


def _class_zip(path: Path) -> list[Source]:
    """Likewise for a zip with a whole class in it; nothing when it is one student's."""
    with ExitStack() as stack:
        try:
            entries = list(archive(open_regular(path), stack, BULK_ENTRIES).entries)
        except Refused:
            return []  # ``load`` will say what is wrong with it
        outer = ""
        for _ in range(FOLDER_DEPTH):
            if not entries or _is_single(entry.parts for entry in entries):
                return []
            folders = {entry.parts[0] for entry in entries if len(entry.parts) > 1}
            tops = {entry.parts[0]: entry.parts[0] in folders for entry in entries}
            if _is_download(tops):
                break
            if len(tops) > 1 or not folders:
                if not _are_several(entries):
                    return []
                break
            outer += entries[0].parts[0] + "/"  # take off a folder that is around everything
            entries = [replace(entry, parts=entry.parts[1:]) for entry in entries if len(entry.parts) > 1]
        else:
            return []
        packed = defaultdict(list)
        for entry in entries:
            packed[entry.parts[0]].append(entry)
        files = tuple(top for top in sorted(tops) if not tops[top])
        return hand_ins(Place(path, tuple(sorted(folders)), files, packed, outer))


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
