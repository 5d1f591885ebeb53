"""Read one source: the files to grade, and a reason for each one that can't be graded."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import stat
import tokenize
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from autograder.homework import homework
from autograder.intake import archive
from autograder.intake.lms import TEXTS
from autograder.intake.place import BULK_ENTRIES, Source
from autograder.intake.tree import (
    ARCHIVES,
    HandedFile,
    NotRead,
    Tree,
    folder,
    is_lost,
    is_zip,
    kind_of,
    open_regular,
    read,
    readable,
)
from autograder.messages import Message

# What a coding line may ask for. Others, such as punycode, can take minutes for one file.
ENCODINGS = ("utf", "ascii", "cp", "iso8859", "euc", "johab", "shift_jis", "big5", "gb", "koi8", "mac")


COMPARED = 20  # copies of one file


@dataclass(frozen=True)
class Submission:
    """What one student handed in: the usable files, why others count as missing, and what else to know."""

    name: str
    files: Mapping[str, bytes]
    problems: Mapping[str, Message]
    notes: tuple[Message, ...]
    digest: str


def load(source: Source) -> Submission:
    """Read a submission. Whatever is wrong with it is recorded in the returned value, never raised.

    Raises OSError if it, or its disk, is gone: that is the grader's problem, not the submission's.
    """
    with ExitStack() as stack:
        return submission(source, contents(source, stack))


def submission(source: Source, tree: Tree) -> Submission:
    """The submission: the homework's files, picked out of all that was handed in."""
    files: dict[str, bytes] = {}
    problems: dict[str, Message] = {}
    notes = list(source.notes)
    for name in homework().files:
        found = [entry for entry in tree.entries if entry.key == name]
        likely, why = _likely(name, found)
        if len(likely) == 1 or (found and _alike(likely)):
            try:
                files[name], remarks = _take(
                    name, likely[0], why, [each for each in found if each != likely[0]]
                )
                notes += remarks
            except NotRead as refused:
                problems[name] = refused.message(likely[0].shown)
        elif found:
            paths = ", ".join(entry.shown for entry in likely[:4])
            values = {"file": name, "count": len(likely), "paths": paths}
            problems[name] = Message("intake.ambiguous", values)
        else:
            problems[name] = _missing(name, tree)
    notes += [trouble for trouble in tree.troubles[:3] if trouble not in problems.values()]
    return Submission(source.name, files, problems, tuple(notes), _digest(files))


def _take(name: str, entry: HandedFile, why: str, others: list[HandedFile]) -> tuple[bytes, list[Message]]:
    """The file's content, and what to know about the choice. Raises NotRead if it is not usable."""
    handed_in = read(entry)
    content = _source_text(handed_in)
    remarks = [
        ("utf16", content != handed_in),
        (why, why and not _alike([entry, *others])),
        ("letter_case", entry.parts[-1] != name),
    ]
    path, *rest = (readable(each.upload) if why == "newest" else each.shown for each in (entry, *others[:4]))
    values = {"file": name, "path": path, "count": 1 + len(others), "others": ", ".join(rest)}
    return content, [Message(f"intake.{remark}", values) for remark, holds in remarks if holds]


def _alike(entries: list[HandedFile]) -> bool:
    """Whether these files are the same byte for byte."""
    try:
        return len(entries) <= COMPARED and len({read(entry) for entry in entries}) == 1
    except NotRead:
        return False


def contents(source: Source, stack: ExitStack, nested: int | None = None) -> Tree:
    """All that was handed in, open as long as the stack; zips inside zips may take up to ``nested`` bytes."""
    try:
        kind = stat.S_IFMT(os.lstat(source.path).st_mode)
        if kind == stat.S_IFLNK:
            raise NotRead("link")
        if kind not in (stat.S_IFDIR, stat.S_IFREG):
            raise NotRead("not_file")
        if kind == stat.S_IFREG:
            if not is_zip(source.path.name):
                raise NotRead("archive")
            limit = BULK_ENTRIES if source.members else archive.ENTRIES
            tree = archive.archive(open_regular(source.path), stack, limit)
            return archive.unpacked(_part(tree, source, stack), stack, nested)
        if source.members:
            return archive.unpacked(_side_by_side(source), stack, nested)
        return archive.unpacked(folder(source.path), stack, nested)
    except OSError as error:
        if is_lost(error):
            raise
        return Tree(troubles=(NotRead("unreadable").message(source.name),))
    except NotRead as refused:
        return Tree(troubles=(refused.message(source.name),))


def _side_by_side(source: Source) -> Tree:
    """The student's own files and folders in a folder that the class shares."""
    entries: list[HandedFile] = []
    troubles: list[Message] = []
    for member in source.members:
        path = source.path / member.place
        if path.is_dir() and not path.is_symlink():
            tree = folder(path)
            entries += [replace(entry, order=member.order, upload=path.name) for entry in tree.entries]
            troubles += tree.troubles
        else:
            parts = (member.stands or readable(path.name),)
            opened = partial(open_regular, path)
            entries.append(HandedFile(parts, opened, member.order, path.name, changed=kind_of(path)[1]))
    return Tree(tuple(entries), tuple(troubles))


def _part(tree: Tree, source: Source, stack: ExitStack) -> Tree:
    """The student's own part of a zip that holds a whole class, or the downloads of several classes as zips."""
    if not source.members:
        return tree
    places = [(tuple(member.place.split("/")), member) for member in source.members]
    entries, layer = [], tree.entries
    while layer:
        deeper: list[HandedFile] = []
        for entry in layer:
            reached = entry.parts
            for place, member in places:
                if reached[: len(place)] == place:
                    parts = ((member.stands,) if member.stands else ()) + reached[len(place) :]
                    if parts:
                        entries.append(replace(entry, parts=parts, order=member.order, upload=place[-1]))
            if is_zip(entry.key) and any(
                len(place) > len(reached) and place[: len(reached)] == reached for place, _ in places
            ):
                inside, _ = archive.nested_zip(entry, stack, archive.BULK_BYTES, BULK_ENTRIES)
                deeper += [replace(each, parts=(*reached, *each.parts)) for each in inside.entries]
        layer = tuple(deeper)
    return Tree(tuple(entries), tree.troubles)


def _likely(name: str, found: list[HandedFile]) -> tuple[list[HandedFile], str]:
    """The files to prefer, and the message that says why.

    Preferred are the newest upload, then what is in the fewest zips, in a folder of the package, and spelt right.
    """
    reason = ""
    preferences: list[tuple[str, Callable[[HandedFile], int]]] = [
        ("newest", lambda entry: entry.order),
        ("outside", lambda entry: -entry.layer),
        (
            "several",
            lambda entry: entry.parts[-2:-1] != () and entry.parts[-2].casefold() == homework().package,
        ),
        ("several", lambda entry: entry.parts[-1] == name),
    ]
    for why, rank in preferences:
        best = max(map(rank, found), default=0)
        first = [entry for entry in found if rank(entry) == best]
        reason = reason or (why if len(first) < len(found) else "")
        found = first
    return found, reason


def _missing(name: str, tree: Tree) -> Message:
    """The most helpful thing that can be said about a file that is not there."""
    for entry in tree.entries:
        if _resembles(entry.key, name):
            return Message("intake.similar", {"file": name, "path": entry.shown})
    if tree.troubles:
        return tree.troubles[0]
    if tree.entries and all(entry.key in TEXTS for entry in tree.entries):
        return Message("intake.text_only", {"path": tree.entries[0].shown})
    for reason, endings in (("notebook", (".ipynb",)), ("archive", ARCHIVES[1:])):
        for entry in tree.entries:
            if entry.key.endswith(endings):
                return Message(f"intake.{reason}", {"file": name, "path": entry.shown})
    return Message("intake.missing", {"file": name})


def telling(name: str, tree: Tree) -> list[HandedFile]:
    """The files that show why ``name`` can't be graded: copies, similar names, or else archives and texts."""
    found = [entry for entry in tree.entries if entry.key == name or _resembles(entry.key, name)]
    opened = {entry.parts[:deep] for entry in tree.entries for deep in range(1, len(entry.parts))}
    return found or [
        entry
        for entry in tree.entries
        if (entry.key.endswith(ARCHIVES) and entry.parts not in opened) or entry.key in TEXTS
    ]


def _resembles(key: str, name: str) -> bool:
    """Whether a file is likely meant to be ``name``: 20261234_work.py, work(1).py, work.txt, work."""
    stem, ending = os.path.splitext(key.strip())
    return name[:-3] in stem and ending in (".py", ".txt", ".pyw", "") and not key.startswith("test_")


def _source_text(content: bytes) -> bytes:
    """The content as Python can read it. Raises NotRead if it is not text that Python accepts as source."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            content = content.decode("utf-16").encode("utf-8")
        except UnicodeError as error:
            raise NotRead("encoding") from error
    if b"\0" in content:
        raise NotRead("nul")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if not codecs.lookup(encoding).name.startswith(ENCODINGS):
            raise NotRead("encoding")
        content.decode(encoding)
    except (SyntaxError, LookupError, ValueError) as error:
        raise NotRead("encoding") from error
    return content


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()
