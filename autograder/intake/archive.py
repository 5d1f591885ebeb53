"""Zips, read in memory and never extracted, with a limit to everything that a hostile one could claim."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import BinaryIO, cast

from autograder.intake.tree import Entry, Refused, Tree, ignored, is_lost, is_zip, read, readable

ENTRIES = 2_000
CONTENTS_BYTES = 4_000_000  # a zip's table of contents, which zipfile reads at once
NESTED_BYTES = 20_000_000  # all zips inside one zip, which have to be unpacked in memory
NESTED_ZIPS = 20


class _Guarded(io.BufferedReader):
    """A file that hands out only so much at once: a forged table of contents may claim gigabytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = CONTENTS_BYTES
        if size > CONTENTS_BYTES:
            raise Refused("zip_entries")
        return super().read(size)


def archive(file: BinaryIO, stack: ExitStack, limit: int = ENTRIES) -> Tree:
    """All files in a zip, which stays open as long as the stack. Raises Refused when it can't be read."""
    guarded = stack.enter_context(_Guarded(cast(io.RawIOBase, file)))
    if guarded.seek(0, os.SEEK_END) == 0:
        raise Refused("zip_empty")
    try:
        opened = stack.enter_context(zipfile.ZipFile(guarded))
    except Refused:
        raise
    except Exception as error:  # a hostile zip makes zipfile raise nearly anything
        if is_lost(error):
            raise
        raise Refused("zip_broken") from error
    members = opened.infolist()
    if not members:
        raise Refused("zip_empty")
    if len(members) > limit:
        raise Refused("zip_entries")
    places = ((_place(member), member) for member in members)
    return Tree(tuple(Entry(place, partial(_member, opened, member)) for place, member in places if place))


def _place(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """Where a member lies; nowhere if it is a folder or ignored. ``..`` loses its meaning here."""
    name = member.orig_filename
    if not member.flag_bits & 0x800:  # then zipfile took the name for cp437, which it seldom is
        name = readable(name.encode("cp437", "replace"))
    name = readable(name.encode("utf-8", "replace")).replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", ".", ".."))
    return () if name.endswith("/") or any(map(ignored, parts)) else parts


def _member(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):  # 0: made where files have no kinds
        raise Refused("link" if kind == stat.S_IFLNK else "not_file")
    if member.flag_bits & 0x1:
        raise Refused("encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("compression")  # zipfile unpacks others without a limit: few bytes fill the memory
    if member.file_size > NESTED_BYTES:
        raise Refused("too_big")
    try:
        return cast(BinaryIO, opened.open(member))
    except Exception as error:  # as above
        raise Refused("unreadable") from error


def unpacked(tree: Tree, stack: ExitStack) -> Tree:
    """The tree itself; if it holds none of the four files, together with what the zips in it hold."""
    if tree.wanted():
        return tree
    entries, troubles = list(tree.entries), list(tree.troubles)
    left = NESTED_BYTES
    for entry in [entry for entry in tree.entries if is_zip(entry.key)][:NESTED_ZIPS]:
        try:
            file = entry.open()
            if isinstance(file, zipfile.ZipExtFile):  # its jumps back would unpack everything anew each time
                file.close()
                content = read(entry, left)
                left -= len(content)
                file = io.BytesIO(content)
            entries += [
                replace(inner, parts=(*entry.parts, *inner.parts)) for inner in archive(file, stack).entries
            ]
        except Refused as refused:
            troubles.append(refused.message(entry.shown))
    return Tree(tuple(entries), tuple(troubles))
