"""One source -> the four files that are to be graded, and a reason for each one that is not."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import stat
import tokenize
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from autograder.intake import archive
from autograder.intake.find import BULK_ENTRIES
from autograder.intake.gather import Source
from autograder.intake.tree import (
    ARCHIVES,
    WANTED,
    Entry,
    Refused,
    Tree,
    folder,
    is_lost,
    is_zip,
    open_regular,
    read,
)
from autograder.messages import Message

# What a coding line may ask for. Others, such as punycode, can take minutes for one file.
ENCODINGS = ("utf", "ascii", "cp", "iso8859", "euc", "johab", "shift_jis", "big5", "gb", "koi8", "mac")


@dataclass(frozen=True)
class Submission:
    """What one student handed in: the usable files, why others count as missing, and what else to know."""

    name: str
    files: Mapping[str, bytes]
    problems: Mapping[str, Message]
    notes: tuple[Message, ...]
    digest: str


def load(source: Source) -> Submission:
    """Read a submission. Whatever is wrong with it is written down in the result, never raised.

    Raises OSError where it is gone, or its disk: that is the grader's trouble and not in what was handed in.
    """
    files: dict[str, bytes] = {}
    problems: dict[str, Message] = {}
    notes = list(source.notes)
    with ExitStack() as stack:
        tree = _contents(source, stack)
        for name in WANTED:
            found = [entry for entry in tree.entries if entry.key == name]
            likely = _likely(name, found)
            if len(likely) == 1:
                try:
                    files[name], remarks = _take(name, likely[0], len(found))
                    notes += remarks
                except Refused as refused:
                    problems[name] = refused.message(likely[0].shown)
            elif found:
                paths = ", ".join(entry.shown for entry in likely[:4])
                values = {"file": name, "count": len(likely), "paths": paths}
                problems[name] = Message("intake.ambiguous", values)
            else:
                problems[name] = _missing(name, tree)
    notes += [trouble for trouble in tree.troubles[:3] if trouble not in problems.values()]
    return Submission(source.name, files, problems, tuple(notes), _digest(files))


def _take(name: str, entry: Entry, candidates: int) -> tuple[bytes, list[Message]]:
    """The file's content, and what to know about the choice. Raises Refused if it is not usable."""
    handed_in = read(entry)
    content = _source_text(handed_in)
    remarks = [
        ("utf16", content != handed_in),
        ("several", candidates > 1),
        ("letter_case", entry.parts[-1] != name),
    ]
    values = {"file": name, "path": entry.shown, "count": candidates}
    return content, [Message(f"intake.{remark}", values) for remark, holds in remarks if holds]


def _contents(source: Source, stack: ExitStack) -> Tree:
    try:
        kind = stat.S_IFMT(os.lstat(source.path).st_mode)
        if kind == stat.S_IFLNK:
            raise Refused("link")
        if kind not in (stat.S_IFDIR, stat.S_IFREG):
            raise Refused("not_file")
        if kind == stat.S_IFREG:
            if not is_zip(source.path.name):
                raise Refused("archive")
            limit = BULK_ENTRIES if source.members else archive.ENTRIES
            tree = archive.archive(open_regular(source.path), stack, limit)
            return archive.unpacked(_part(tree, source), stack)
        if source.members:
            own = ((stands, source.path / inside) for inside, stands in source.members)
            entries = tuple(Entry((stands,), partial(open_regular, path)) for stands, path in own)
            return archive.unpacked(Tree(entries), stack)
        return archive.unpacked(folder(source.path), stack)
    except OSError as error:
        if is_lost(error):
            raise
        return Tree(troubles=(Refused("unreadable").message(source.name),))
    except Refused as refused:
        return Tree(troubles=(refused.message(source.name),))


def _part(tree: Tree, source: Source) -> Tree:
    """The student's own part of a zip that holds a whole class."""
    if not source.members:
        return tree
    entries = []
    for entry in tree.entries:
        for inside, stands in source.members:
            place = tuple(inside.split("/"))
            if entry.parts[: len(place)] == place:
                parts = ((stands,) if stands else ()) + entry.parts[len(place) :]
                if parts:
                    entries.append(Entry(parts, entry.open))
    return Tree(tuple(entries), tree.troubles)


def _likely(name: str, found: list[Entry]) -> list[Entry]:
    """Those in a folder ``vae`` if there are any, and among these the ones that are spelt right."""
    found = [entry for entry in found if entry.parts[-2:-1] and entry.parts[-2].casefold() == "vae"] or found
    return [entry for entry in found if entry.parts[-1] == name] or found


def _missing(name: str, tree: Tree) -> Message:
    """The most helpful thing that can be said about a file that is not there."""
    for entry in tree.entries:
        if _resembles(entry.key, name):
            return Message("intake.similar", {"file": name, "path": entry.shown})
    if tree.troubles:
        return tree.troubles[0]
    for reason, endings in (("notebook", (".ipynb",)), ("archive", ARCHIVES[1:])):
        for entry in tree.entries:
            if entry.key.endswith(endings):
                return Message(f"intake.{reason}", {"file": name, "path": entry.shown})
    return Message("intake.missing", {"file": name})


def _resembles(key: str, name: str) -> bool:
    """Whether a file is likely meant to be ``name``: 20261234_model.py, model(1).py, model.txt, model."""
    stem, ending = os.path.splitext(key.strip())
    return name[:-3] in stem and ending in (".py", ".txt", ".pyw", "") and not key.startswith("test_")


def _source_text(content: bytes) -> bytes:
    """The content as Python can read it. Raises Refused when it is no text that Python takes for source."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            content = content.decode("utf-16").encode("utf-8")
        except UnicodeError as error:
            raise Refused("encoding") from error
    if b"\0" in content:
        raise Refused("nul")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if not codecs.lookup(encoding).name.startswith(ENCODINGS):
            raise Refused("encoding")
        content.decode(encoding)
    except (SyntaxError, LookupError, ValueError) as error:
        raise Refused("encoding") from error
    return content


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()
