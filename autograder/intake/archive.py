"""Read zips in memory, without extracting them, and with a limit on everything that a hostile one could claim."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO, cast

from autograder.homework import homework
from autograder.intake.tree import (
    HandedFile,
    NotRead,
    Tree,
    ignored,
    is_lost,
    is_zip,
    read,
    readable,
)
from autograder.messages import Message

ENTRIES = 10_000  # ignored files don't count: a zip that includes an environment is not refused
CONTENTS_BYTES = 4_000_000  # a zip's table of contents, which zipfile reads at once
MEMBER_BYTES = 100_000_000
BULK_BYTES = 50_000_000  # the download of one section inside a zip of several
NESTED_BYTES = 20_000_000  # all zips inside one zip, which have to be unpacked in memory
NESTED_ZIPS = 20
NESTED_DEPTH = 3  # packed twice by the student, and once more by an LMS


class _Guarded(io.BufferedReader):
    """A file with a limit on each read: a forged table of contents may claim gigabytes. Raises NotRead above it."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = CONTENTS_BYTES
        if size > CONTENTS_BYTES:
            raise NotRead("zip_entries")
        return super().read(size)


def archive(file: BinaryIO, stack: ExitStack, limit: int = ENTRIES) -> Tree:
    """All files in a zip, which stays open as long as the stack. Raises NotRead if it can't be read."""
    guarded = stack.enter_context(_Guarded(cast(io.RawIOBase, file)))
    if guarded.seek(0, os.SEEK_END) == 0:
        raise NotRead("zip_empty")
    try:
        opened = zipfile.ZipFile(guarded)
    except NotRead:
        raise
    except Exception as error:  # a hostile zip makes zipfile raise nearly anything
        if is_lost(error):
            raise
        raise NotRead("zip_broken") from error
    members, others = [], []
    for member in opened.infolist():
        name, place = _place(member)
        hidden = next((n for n, part in enumerate(place) if ignored(part)), None)
        if place and (hidden is not None or name.endswith("/")):
            others.append(place if hidden is None else place[: hidden + 1])
        elif place:
            members.append((place, member))
    if not opened.infolist():
        raise NotRead("zip_empty")
    if len(members) > limit:
        raise NotRead("zip_entries")
    stack.enter_context(opened)  # only now: a zip with too many entries need not stay open
    entries = tuple(
        HandedFile(place, partial(_member, opened, member), changed=member.date_time)
        for place, member in members
    )
    links = [
        entry for entry, (_, member) in zip(entries, members, strict=True) if _kind(member) == stat.S_IFLNK
    ]
    troubles = [
        Message("intake.link_folder", {"path": link.shown})
        for link in links
        if link.key == homework().package
    ]
    return Tree(entries, tuple(troubles), tuple(dict.fromkeys(others)))


def _kind(member: zipfile.ZipInfo) -> int:
    """The kind of file, as in st_mode; 0 if the zip was made on a system without kinds."""
    return stat.S_IFMT(member.external_attr >> 16)


def _place(member: zipfile.ZipInfo) -> tuple[str, tuple[str, ...]]:
    """A member's name, and its place as the parts of a path, in which ``..`` is left out."""
    name = member.orig_filename
    if not member.flag_bits & 0x800:  # then zipfile took the name for cp437, which it seldom is
        name = readable(name.encode("cp437", "replace"))
    name = readable(name.encode("utf-8", "replace")).replace("\\", "/")
    return name, tuple(part for part in name.split("/") if part not in ("", ".", ".."))


def _member(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    if _kind(member) not in (0, stat.S_IFREG):
        raise NotRead("link" if _kind(member) == stat.S_IFLNK else "not_file")
    if member.flag_bits & 0x1:
        raise NotRead("encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotRead("compression")  # zipfile unpacks others without a limit: few bytes fill the memory
    if member.file_size > MEMBER_BYTES:
        raise NotRead("too_big")
    try:
        return cast(BinaryIO, opened.open(member))
    except Exception as error:  # zipfile may raise nearly anything here
        raise NotRead("unreadable") from error


def nested_zip(entry: HandedFile, stack: ExitStack, left: int, room: int = ENTRIES) -> tuple[Tree, int]:
    """What a zip in a hand-in holds, and how many bytes (at most ``left``) were unpacked in memory. Raises NotRead."""
    file, size = entry.open(), 0
    if isinstance(file, zipfile.ZipExtFile):  # each seek backwards would unpack everything again
        file.close()
        content = read(entry, left)
        file, size = io.BytesIO(content), len(content)
    return archive(file, stack, room), size


def unpacked(tree: Tree, stack: ExitStack, most: int | None = None) -> Tree:
    """The tree with the contents of its zips, which are opened only while one of the homework's files is missing.

    If some of it was uploaded later than the rest, the zips are opened anyway.
    """
    entries, troubles = list(tree.entries), list(tree.troubles)
    layer, left, room, zips = entries, most or NESTED_BYTES, ENTRIES, NESTED_ZIPS
    at_once = len({entry.order for entry in entries}) < 2
    for _ in range(NESTED_DEPTH):
        if at_once and Tree(tuple(entries)).wanted() == set(homework().files):
            break
        nested, layer = [entry for entry in layer if is_zip(entry.key)], []
        troubles += [NotRead("zip_unopened").message(entry.shown) for entry in nested[zips:]]
        nested = nested[:zips]
        zips -= len(nested)
        for entry in nested:
            try:
                inside, size = nested_zip(entry, stack, left, room)
            except NotRead as refused:
                troubles.append(refused.message(entry.shown))
                continue
            left, room = left - size, room - len(inside.entries)
            about: dict[str, Any] = {"order": entry.order, "upload": entry.upload, "layer": entry.layer + 1}
            layer += [replace(each, parts=(*entry.parts, *each.parts), **about) for each in inside.entries]
            troubles += inside.troubles
        entries += layer
    else:
        troubles += [NotRead("zip_unopened").message(entry.shown) for entry in layer if is_zip(entry.key)]
    return Tree(tuple(entries), tuple(troubles))
