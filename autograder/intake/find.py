"""Which submissions there are where an instructor points: a class folder, an LMS download, or one hand-in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from autograder.intake.gather import Found, Place, Source, hand_ins, stem
from autograder.intake.gradescope import METADATA
from autograder.intake.load import load
from autograder.intake.tree import FOLDER_DEPTH, Refused, ignored, is_zip, readable
from autograder.messages import Message, Refusal

SECTIONS = 20  # so many folders or zips may be downloads of their own that lie side by side
NAMED = 5  # folders that a message names


class Submissions(list[Source]):
    """The submissions, sorted by name; ``passed_over`` names all that was not taken for one, and why."""

    passed_over: tuple[Message, ...] = ()


def find(path: Path) -> Submissions:
    """The submissions at ``path``. Raises Refusal when there are none, or when it is unclear whose they are."""
    name = os.path.basename(os.path.abspath(path))
    found = Found()
    try:
        real = Path(path).resolve(strict=True)  # the instructor may point through a link, a student may not
        with ExitStack() as stack:
            if real.is_dir():
                place = Place.in_folder(real)
                if not _is_class(place):
                    found.sources = [Source(readable(name), real)]
                else:
                    _read(place, found, stack)
            elif is_zip(real.name):
                _read_zip(real, found, stack)
                found.sources = found.sources or [Source(stem(name), real)]
            else:
                raise Refusal(Message("intake.not_submissions", {"path": str(path)}))
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise Refusal(Message("intake.no_path", {"path": str(path)})) from error
    if not found.sources:
        there = [str(each.values["path"]) for each in found.passed_over]
        raise Refusal(Message("intake.nothing_found", {"path": str(path), "found": _named(there) or "-"}))
    submissions = Submissions(sorted(_distinct(_without_copies(found)), key=lambda source: source.name))
    submissions.passed_over = tuple(found.passed_over)
    return submissions


def _is_class(place: Place) -> bool:
    """Whether several people's hand-ins lie here, and not one. Raises Refusal where it looks like both."""
    direct = place.direct()
    if not direct or len({upload.key for upload in place.uploads()}) > 1:
        return True
    others = place.shared(top for top in place.own if top.casefold() != "vae")
    if len(others) > (
        1 if place.packed is None else 2
    ):  # a zip is seldom one for a class and has stray files, too
        values = {"path": str(place.path), "file": direct[0], "folders": _named(others)}
        raise Refusal(Message("intake.class_or_one", values))
    return False


def _named(tops: Iterable[str]) -> str:
    names = [readable(top) for top in tops]
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _several(place: Place, least: int = 2) -> dict[str, frozenset[str]]:
    """What lies here side by side and looks like hand-ins of several people, nothing where it doesn't.

    One student may have put each file into a folder of its own, or have kept an old version.
    """
    shared = place.shared(place.own)
    whole = sum(len(wanted) > 1 for wanted in shared.values())
    return shared if len(shared) > 2 or whole >= least else {}


def _is_download(place: Place, sure: bool, _: ExitStack | None = None) -> bool:
    """Whether an LMS made this; where not ``sure`` that it is a class, the names have to be beyond doubt."""
    uploads = place.uploads()
    if METADATA in place.files or not uploads or sure:
        return bool(uploads) or METADATA in place.files
    tops = {*place.folders, *place.files}
    numbers = [*(id for each in uploads for id in each.origin.ids), *(str(each.order) for each in uploads)]
    return len({each.key for each in uploads}) > 1 or (
        tops == {each.top for each in uploads} and all(len(number) > 2 or number == "0" for number in numbers)
    )


def _is_nested(place: Place, alone: bool, stack: ExitStack) -> bool:
    """Whether a folder or zip in a class is a class itself; ``alone`` where no other lies beside it."""
    for _ in range(FOLDER_DEPTH):
        if _is_download(place, alone):
            return True
        if place.direct():
            return False
        if alone and _several(place, least=3):
            return True
        below = place.below(place.own[0], stack) if len(place.own) == 1 else None
        if below is None:
            return False
        place = below
    return False


def _read(place: Place, found: Found, stack: ExitStack) -> None:
    """The hand-ins of a class, or of the downloads that lie in it, side by side or some folders deeper."""
    inner: dict[str, Place] = {}
    if not _is_download(place, True):
        count = len(place.own)
        for top in place.own:
            with ExitStack() as opened:
                below = place.below(top, opened)
                nested = _is_nested if count <= SECTIONS else _is_download
                if below is not None and nested(below, count == 1, opened):
                    inner[top] = below
                    stack.push(opened.pop_all())
        if not inner:
            _refuse_sections(place, stack)
    rest = {
        top: kind
        for top, kind in place.tops.items()
        if top not in inner and (not inner or top not in place.own or place.wanted(top))
    }
    for top in place.tops.keys() - rest.keys() - inner.keys():
        found.pass_over("empty", place, top)
    hand_ins(replace(place, tops=rest), found)
    for top, below in inner.items():
        before = len(found.sources)
        _read(below, found, stack)
        if not all(source.origin.lms for source in found.sources[before:]):
            found.pass_over("around", place, top)


def _refuse_sections(place: Place, stack: ExitStack) -> None:
    """Raise Refusal where each folder looks like a class of its own: their hand-ins would be taken for one."""
    sections: dict[str, dict[str, frozenset[str]]] = {}
    for top in place.own if len(place.own) <= SECTIONS else ():
        below = place.below(top, stack)
        inside = _several(below) if below is not None and not below.direct() else {}
        if inside:
            sections[top] = inside
        elif place.wanted(top):
            return
    names = [name for inside in sections.values() for name in inside]
    if len(sections) > 1 and len(names) == len(set(names)):
        values = {"path": str(place.path), "folders": _named(sections), "inside": _named(names)}
        raise Refusal(Message("intake.sections", values))


def _read_zip(path: Path, found: Found, stack: ExitStack) -> None:
    """Likewise for a zip with a whole class in it; nothing when it is one student's."""
    try:
        place = Place.in_zip(path, stack)
    except Refused:
        return  # ``load`` will say what is wrong with it
    around = Found()
    for _ in range(FOLDER_DEPTH):
        if not _is_download(place, True):
            if not place.own or not _is_class(place):
                return
            if len(place.own) == 1 and place.tops[place.own[0]]:  # a folder that is around everything
                for top in place.tops.keys() - {*place.own}:
                    around.pass_over("hidden" if ignored(top) else "file", place, top)
                below = place.below(place.own[0], stack)
                if below is None:
                    return
                place = below
                continue
            if not _several(place):
                return
        found.passed_over += around.passed_over
        return hand_ins(place, found)


def _without_copies(found: Found) -> list[Source]:
    """The sources, of those that a platform names alike and that hold the same files only one: a download may lie there
    packed and unpacked.
    """
    kept: dict[tuple[object, ...], Source] = {}
    for source in found.sources:
        about = (source.name, source.origin.ids) if source.origin.lms else (source.path, source.members)
        twin = kept.setdefault(about, source)
        if twin is not source and load(twin).digest == load(source).digest:
            place = f"{source.path.name}: {source.name}"
            found.passed_over.append(Message("intake.over_twice", {"path": readable(place)}))
        elif twin is not source:
            kept[source.path, source.members] = source
    return list(kept.values())


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
            place = readable(source.members[0].place if source.members else source.path.name)
            values = {"name": source.name, "count": count[source.name], "path": place}
            note = Message("intake.same_name", values)
            source = replace(source, name=name, notes=(*source.notes, note))
        distinct.append(source)
    return distinct
