"""Find the submissions at an instructor's path: a class folder, an LMS download, or one hand-in."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from autograder.homework import homework
from autograder.intake.archive import NESTED_ZIPS
from autograder.intake.gather import hand_ins, stem
from autograder.intake.gradescope import METADATA
from autograder.intake.lms import NAME_LETTERS
from autograder.intake.load import load
from autograder.intake.place import Place, Source, Submissions
from autograder.intake.tree import FOLDER_DEPTH, NotRead, is_zip, readable
from autograder.messages import Message, Refusal

NAMED = 5  # folders that a message names
# What a student may call a folder or a version of the work, besides the package. A longer number names a student.
PIECE = (
    r"(?:[\W_]|(?<!\d)\d{1,4}(?!\d)|PACKAGE|homework|home|hw|labs?|ps|week|assignments?|submissions?|submitted|submit|projects?"
    r"|source|src|code|reports?|figures?|figs?|data|docs?|images?|img|results?|plots?|outputs?|notebooks?|notes?|my|all|files?"
    r"|checkpoints?|models?|runs?|logs?|tests?|assets?|utils?|slides?|env|misc|etc|pdfs?|answers?"
    r"|old|new|copy|backup|final|last|version|ver|v|try"
    r"|과제|제출물?|실습|숙제|주차|보고서|그림|이전|최종|수정|백업|사본)*"
)
# What a section of a class may be called: A, 01, sec-2, 1분반, or a part of a Google Drive download.
SECTION = re.compile(
    r"(section|sec|class|drive-download-.*)?[\W_]*(\d{1,3}|[a-z])?[\W_]*(section|class|분반|반)?",
    re.IGNORECASE,
)
# A zip that `submit` made, saved in its student's folder.
PACKED = re.compile(r"/submission-[^/]+\.zip$")
COPY = re.compile(r"( ?\(\d\d?\)| - (copy|복사본)( ?\(\d\d?\))?)$", re.IGNORECASE)


def find(path: Path) -> Submissions:
    """The submissions at ``path``. Raises Refusal if there are none, or if it is unclear whose they are."""
    found = Submissions()
    try:
        real = Path(path).resolve(strict=True)  # the instructor's path may be a link, a student's may not
        if not real.is_dir() and not is_zip(real.name):
            raise Refusal(Message("intake.not_submissions", {"path": str(path)}))
        name = os.path.basename(os.path.abspath(path))
        one = Source(readable(name) if real.is_dir() else stem(name), real)
        with ExitStack() as stack:
            place = _place(real, stack)
            if place is not None and _is_class(place, stack):
                _read(place, found, stack)
            else:
                found.append(one)
                _tell_of_folders(place, found)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise Refusal(Message("intake.no_path", {"path": str(path)})) from error
    if not found:
        there = [str(each.values["path"]) for each in found.passed_over]
        raise Refusal(Message("intake.nothing_found", {"path": str(path), "found": _named(there) or "-"}))
    sources = _distinct(_without_copies(found))
    return Submissions(sorted(sources, key=lambda source: source.name), found.passed_over)


def _place(path: Path, stack: ExitStack) -> Place | None:
    """A folder, or the inside of a zip; None if it can't be read: ``load`` will say why."""
    with suppress(NotRead):
        return Place.in_folder(path) if path.is_dir() else Place.in_zip(path, stack)
    return None


def _is_class(place: Place, stack: ExitStack) -> bool:
    """Whether this holds the hand-ins of several people, not of one. Raises Refusal if it looks like both."""
    direct, is_zip = place.direct(), place.packed is not None
    if not direct or len({upload.key for upload in place.uploads}) > 1:
        return not is_zip or _is_nested(place, True, stack, least=2)
    others = place.shared(_people(place))
    if len(others) > 1:
        values = {"path": str(place.path), "file": direct[0], "folders": _named(others)}
        raise Refusal(Message("intake.class_or_one", values))
    return False


def _people(place: Place) -> list[str]:
    """The folders and archives whose names do not look like a piece of one student's work."""
    return [top for top in place.own if not _is_piece(_called(top)) or _called(top).isdecimal()]


def _is_piece(name: str) -> bool:
    """Whether a name, as ``_called`` returns it, looks like a piece of one student's work."""
    return bool(re.fullmatch(PIECE.replace("PACKAGE", re.escape(homework().package)), name, re.IGNORECASE))


def _called(top: str) -> str:
    """A name without its ending, in lower case, cut to what the patterns can match in time."""
    return stem(top)[-NAME_LETTERS:].casefold()


def _named(tops: Iterable[str]) -> str:
    names = [readable(top) for top in tops]
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _several(place: Place, least: int) -> dict[str, frozenset[str]]:
    """The folders and archives here, with their files, if they look like hand-ins of several people; else empty.

    One student may have put each file into a folder of its own, or kept older versions.
    """
    shared = place.shared(place.own)
    whole = sum(len(wanted) > 1 for wanted in shared.values())
    names = {re.sub(r"\W*(?<!\d)\d{1,2}\W*$", "", _called(top)) for top in shared}
    versions = all(map(_is_piece, names)) or len(names) == 1
    return shared if not versions and (len(shared) > 2 or whole >= least) else {}


def _is_download(place: Place, sure: bool) -> bool:
    """Whether an LMS made this. Unless it is ``sure`` that this is a class, the names must be beyond doubt."""
    uploads = place.uploads
    if METADATA in place.files or not uploads or sure:
        return bool(uploads) or METADATA in place.files
    numbers = [number for each in uploads for number in (*each.origin.ids, str(each.order or 100))]
    return (
        len({each.key for each in uploads}) > 1
        or any(each.origin.lms != "canvas" for each in uploads)
        or (len(uploads) == len(place.folders) + len(place.files) and min(map(len, numbers)) > 2)
    )


def _is_nested(place: Place, alone: bool, stack: ExitStack, least: int) -> bool:
    """Whether a folder or zip in a class is a class itself; ``alone``: there is no other beside it."""
    for _ in range(FOLDER_DEPTH):
        if _is_download(place, alone) or (alone and not place.direct() and _several(place, least)):
            return True
        if place.direct():
            return False
        if len(place.own) != 1:
            return any(_holds_download(place, top) for top in place.own[:NESTED_ZIPS])
        below = place.below(place.own[0], stack)
        if below is None:
            return False
        place = below
    return False


def _holds_download(place: Place, top: str) -> bool:
    with ExitStack() as opened:
        below = place.below(top, opened)
        return below is not None and _is_download(below, False)


def _read(place: Place, found: Submissions, stack: ExitStack) -> None:
    """Add to ``found`` the hand-ins of a class, or of the downloads in it, side by side or some folders deeper."""
    inner: dict[str, Place] = {}
    if not _is_download(place, True):
        alone, least = len(place.own) == 1, 3 if place.packed is None else 2
        for top in place.own:
            with ExitStack() as opened:
                below = place.below(top, opened)
                if below is not None and _is_nested(below, alone, opened, least):
                    inner[top] = below
                    stack.push(opened.pop_all())
        _refuse_sections(place, [top for top in place.own if top not in inner], found)
    rest = {
        top: kind
        for top, kind in place.tops.items()
        if top not in inner and (not inner or top not in place.own or place.wanted(top))
    }
    for top in place.tops.keys() - rest.keys() - inner.keys():
        found.pass_over("empty", place, top)
    hand_ins(replace(place, tops=rest), found)
    for top, below in inner.items():
        before = len(found)
        _read(below, found, stack)
        beside = any(top not in inner for top in place.own)  # then it may be a student's own folder
        if beside or not all(source.origin.lms for source in found[before:]):
            found.pass_over("around", place, top)


def _refuse_sections(place: Place, tops: list[str], found: Submissions) -> None:
    """Raise Refusal if each folder looks like a class of its own: else each would be taken for one hand-in.

    A folder with a single folder in it may be a section with one student, or a student with a project.
    """
    several: dict[str, frozenset[str]] = {}
    single: dict[str, str] = {}
    for top in tops:
        with ExitStack() as opened:
            below = place.below(top, opened)
            inside = _several(below, 2) if below is not None and not below.direct() else {}
            if inside:
                several |= {f"{top}/{name}": wanted for name, wanted in inside.items()}
            elif below is not None and not below.direct() and _one_name(top, below):
                single[top] = f"{top}/{below.own[0]}"
            elif place.wanted(top):
                return
    names = [name.partition("/")[2] for name in (*several, *single.values())]
    sections = {name.partition("/")[0] for name in several} | single.keys()
    if len(names) != len(set(names)):
        return
    if (
        (several and len(sections) > 1)
        or (len(single) > 1 and all(map(SECTION.fullmatch, map(_called, single))))
        or (several and len(tops) == 1 and all(len(wanted) > 2 for wanted in several.values()))
    ):
        values = {"path": str(place.path), "folders": _named(sorted(sections)), "inside": _named(names)}
        raise Refusal(Message("intake.sections", values))
    unclear = [name for name in single.values() if not PACKED.search(name)]
    if unclear:
        found.pass_over("inside", place, _named(unclear))


def _one_name(top: str, below: Place) -> bool:
    """Whether a folder holds just one folder or archive, named neither like it nor like a piece of work."""
    inner, outer = (_called(name) for name in (below.own[0] if len(below.own) == 1 else "", top))
    alike = {*re.findall(r"[^\W_]+", inner)} & {*re.findall(r"[^\W_]+", outer)}
    student = ".git" in below.tops or (re.search(r"\d{5}", outer) and not SECTION.fullmatch(outer))
    return not (_is_piece(inner) or alike or student) and bool(below.wanted(below.own[0]))


def _tell_of_folders(place: Place | None, found: Submissions) -> None:
    """Report it if folders that may be several students' are taken for one hand-in.

    Raises Refusal if they are in a zip and only their names could tell.
    """
    if place is None:
        return
    tops = _people(place)
    if not place.direct() and len(tops) > 1 and any(len(place.wanted(top)) > 1 for top in tops):
        raise Refusal(Message("intake.one_or_class", {"path": str(place.path), "folders": _named(tops)}))
    if len(tops) > 1 or (place.direct() and any(map(place.wanted, tops))):
        found.pass_over("together", place, _named(tops))


def _without_copies(found: Submissions) -> list[Source]:
    """The sources without copies: a download may be there packed and unpacked, or from two days.

    Of two that a platform names alike, one is dropped if both hold the same files. The older one is dropped if the
    newer has all its files.
    """
    kept: dict[tuple[object, ...], Source] = {}
    for source in found:
        about = (source.name, source.origin.ids) if source.origin.lms else (source.path, source.members)
        twin = kept.setdefault(about, source)
        if twin is source:
            continue
        older, newer = sorted((source, twin), key=_last)
        if load(older).digest == load(newer).digest:
            why, older = "twice", source
        elif 0 < _last(older) < _last(newer) and load(older).files.keys() <= load(newer).files.keys():
            why, kept[about] = "older", newer
        else:
            kept[source.path, source.members] = source
            continue
        place = readable(f"{older.path.name}: {older.name}")
        found.passed_over.append(Message(f"intake.over_{why}", {"path": place}))
    return list(kept.values())


def _last(source: Source) -> int:
    """The ``order`` of the last upload, which grows with time; 0 if the platform does not tell."""
    return max((member.order for member in source.members), default=0)


def _distinct(sources: Iterable[Source]) -> list[Source]:
    """The sources with distinct names: of two called kim, one keeps the name and one becomes "kim (2)".

    Both get a note. So do names that look like a browser's second copy: "kim (1)" beside "kim".
    """
    ordered = sorted(sources, key=lambda source: (source.name, str(source.path), source.members))
    count = Counter(source.name for source in ordered)
    alike = Counter(COPY.sub("", source.name) for source in ordered)
    taken: set[str] = set()
    distinct = []
    for source in ordered:
        name, number = source.name, 2
        while name in taken or (name != source.name and name in count):
            name, number = f"{source.name} ({number})", number + 1
        taken.add(name)
        if (same := alike[COPY.sub("", source.name)]) > 1:
            place = readable(source.members[0].place if source.members else source.path.name)
            values = {"name": COPY.sub("", source.name), "count": same, "path": place}
            note = Message("intake.same_name", values)
            source = replace(source, name=name, notes=(*source.notes, note))
        distinct.append(source)
    return distinct
