"""List and read what is inside a hand-in, without trusting it.

A folder and a zip both become a ``Tree`` of entries. The names in it are only ever looked at, never joined
to a real path; links are listed, never followed; everything has a limit.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
import unicodedata
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from autograder.homework import homework
from autograder.messages import Message

ARCHIVES = tuple(  # the longer of two endings first
    ".zip .zipx .rar .7z .egg .alz .tar.gz .tar.bz2 .tar.xz .tar.zst .tar .tgz .tbz .tbz2 .txz "
    ".gz .bz2 .xz .zst .lzh .cab".split()
)
FILE_BYTES = 1_000_000
FOLDER_ENTRIES = 10_000
ONE_FOLDER_ENTRIES = 2_000  # so that a folder full of pictures does not hide its neighbours
FOLDER_DEPTH = 40
# A file that was listed a moment ago and now fails like this is lost on the grader's side, not badly handed in.
LOST = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.EIO)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
IGNORED = {"__MACOSX", "__pycache__", "site-packages", "node_modules", "venv"}


class NotRead(Exception):
    """Something that is not read. ``intake.<reason>`` is the message that tells why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def message(self, path: str) -> Message:
        return Message(f"intake.{self.reason}", {"path": path})


@dataclass(frozen=True)
class HandedFile:
    """One file: its place in the hand-in, and how to open it (raises NotRead if it must not be read).

    ``order`` is greater if it was uploaded later, ``upload`` is the name it was uploaded under. ``layer``: how many zips
    it is in. ``changed``: when it was written, as (year, month, day, hour, minute, second).
    """

    parts: tuple[str, ...]
    open: Callable[[], BinaryIO]
    order: int = 0
    upload: str = ""
    layer: int = 0
    changed: tuple[int, ...] = ()

    @property
    def shown(self) -> str:
        """Its place, short enough for a message."""
        path = "/".join(self.parts)
        return path if len(path) <= 200 else "..." + path[-197:]

    @property
    def key(self) -> str:
        """Its name as a file system that ignores case sees it."""
        return self.parts[-1].casefold()


@dataclass(frozen=True)
class Tree:
    """The files of a hand-in, and the troubles that kept others from being listed.

    ``others`` are the places in a zip that hold no file that counts: empty folders, and what is ignored.
    """

    entries: tuple[HandedFile, ...] = ()
    troubles: tuple[Message, ...] = ()
    others: tuple[tuple[str, ...], ...] = ()

    def wanted(self) -> set[str]:
        """Which of the homework's file names occur."""
        return {entry.key for entry in self.entries} & set(homework().files)


def readable(name: str | bytes) -> str:
    """A name as people can read it: UTF-8 or else Korean Windows (cp949), NFC, no control characters."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "cp949"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("utf-8", "replace")
    return CONTROL.sub("\ufffd", unicodedata.normalize("NFC", text))


def ignored(name: str) -> bool:
    """Whether a file system or a tool made it for itself, such as ``.DS_Store`` or ``__pycache__``."""
    return name.startswith(".") or name in IGNORED


def is_zip(name: str) -> bool:
    return name.casefold().endswith(".zip")


def read(entry: HandedFile, limit: int = FILE_BYTES) -> bytes:
    """The content. Raises NotRead if it can't be read or is longer than ``limit`` bytes, whatever size was declared.

    Raises OSError if the file is gone by now.
    """
    content = bytearray()
    try:
        with entry.open() as file:
            for piece in iter(partial(file.read, 65_536), b""):
                content += piece
                if len(content) > limit:
                    raise NotRead("too_big")
    except NotRead:
        raise
    except Exception as error:  # a hostile zip makes zipfile raise nearly anything
        if is_lost(error):
            raise
        raise NotRead("unreadable") from error
    return bytes(content)


def is_lost(error: Exception) -> bool:
    """Whether this error means that the file, or its disk, is gone."""
    return isinstance(error, OSError) and error.errno in LOST


def refuse(reason: str) -> BinaryIO:
    raise NotRead(reason)


def open_regular(path: Path) -> BinaryIO:
    """Open a plain file, but neither a link nor anything that could make the grader wait.

    Raises NotRead, or OSError if the file is gone by now.
    """
    if path.is_symlink():
        raise NotRead("link")
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # none of them exists everywhere
        flags |= getattr(os, flag, 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        if is_lost(error):
            raise
        raise NotRead("link" if error.errno == errno.ELOOP else "unreadable") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotRead("not_file")
    return os.fdopen(handle, "rb")


def folder(root: Path) -> Tree:
    """All files in a folder, those near the top first, so that a limit cuts off the deepest."""
    entries: list[HandedFile] = []
    troubles: list[Message] = []
    waiting: deque[tuple[Path, tuple[str, ...]]] = deque([(root, ())])
    left = FOLDER_ENTRIES
    complete = True
    while waiting and left > 0:
        directory, parts = waiting.popleft()
        room = min(left, ONE_FOLDER_ENTRIES)
        try:
            with os.scandir(directory) as found:
                children = sorted(islice(found, room + 1), key=lambda child: child.name)
        except OSError as error:
            if is_lost(error):
                raise
            shown = "/".join(parts[-4:]) or readable(root.name)
            troubles.append(Message("intake.folder_unreadable", {"path": shown}))
            continue
        complete = complete and len(children) <= room
        for child in children[:room]:
            left -= 1
            place = (*parts, readable(child.name))
            if ignored(place[-1]):
                continue
            kind, changed = kind_of(child)
            if kind != stat.S_IFDIR:
                entries.append(HandedFile(place, _opener(kind, Path(child.path)), changed=changed))
                if kind == stat.S_IFLNK and os.path.isdir(child.path):
                    troubles.append(Message("intake.link_folder", {"path": entries[-1].shown}))
            elif len(place) < FOLDER_DEPTH:
                waiting.append((Path(child.path), place))
            else:
                complete = False
    if waiting or not complete:
        troubles.append(Message("intake.folder_too_large", {"count": FOLDER_ENTRIES, "depth": FOLDER_DEPTH}))
    return Tree(tuple(entries), tuple(troubles))


def kind_of(child: os.DirEntry[str] | Path) -> tuple[int, tuple[int, ...]]:
    """The kind of file, as in st_mode, and when it was changed."""
    try:
        found = os.lstat(child)
        return stat.S_IFMT(found.st_mode), time.localtime(found.st_mtime)[:6]
    except (OSError, ValueError, OverflowError):
        return 0, ()


def _opener(kind: int, path: Path) -> Callable[[], BinaryIO]:
    if kind == stat.S_IFREG:
        return partial(open_regular, path)
    return partial(refuse, "link" if kind == stat.S_IFLNK else "not_file")
