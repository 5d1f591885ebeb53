"""How files are written and named, and how folders that student code has filled are removed."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import os
import re
import secrets
import unicodedata
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

INVISIBLE = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\u3000\ufeff"  # a spreadsheet may skip these
PART = ".*.part"  # a file's name while it is being written
NAME_BYTES = 120
DEVICES = r"con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]"  # of Windows: in any case, with any extension
RESERVED = re.compile(rf"({DEVICES})\s*(\..*)?", re.IGNORECASE | re.DOTALL)


def remove_tree(path: str) -> list[str]:
    """Remove a folder with everything in it, however deep and whatever its modes. Never raises; returns what remains.

    Folders inside are first moved up to the top one: a path of 1,500 levels is longer than the system accepts, and one
    open folder per level is more than a process may have. Links are removed, never followed.
    """
    left: list[str] = []
    try:
        top = _opened(path, None)
    except FileNotFoundError:
        return []
    except OSError:
        return [path]
    try:
        waiting = deque(_emptied(top, None, left, path))
        while waiting:
            name = waiting.popleft()
            try:
                folder = _opened(name, top)
                try:
                    waiting += _emptied(folder, top, left, os.path.join(path, name))
                finally:
                    os.close(folder)
                os.rmdir(name, dir_fd=top)
            except OSError:
                left.append(os.path.join(path, name))
    finally:
        os.close(top)
    try:
        os.rmdir(path)
    except OSError:
        left = left or [path]
    return left


def _opened(name: str, inside: int | None) -> int:
    """Open a folder, after giving its owner the right to list and change it. Returns the file descriptor."""
    mark = os.open(name, getattr(os, "O_PATH", 0) | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
    try:
        with contextlib.suppress(OSError):
            os.chmod(f"/proc/self/fd/{mark}", 0o700)  # this very folder, whatever has its name by now
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
    finally:
        os.close(mark)


def _emptied(folder: int, top: int | None, left: list[str], where: str) -> list[str]:
    """Remove the files in a folder and move its folders to the top one. Returns their names there."""
    moved: list[str] = []
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return moved
    for entry in entries:
        try:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.name, dir_fd=folder)
            elif top is None:
                moved.append(entry.name)
            else:
                _opened_and_closed(entry.name, folder)  # to move a folder, one needs the right to write to it
                name = f"removing-{secrets.token_hex(8)}"
                os.rename(entry.name, name, src_dir_fd=folder, dst_dir_fd=top)
                moved.append(name)
        except OSError:
            left.append(os.path.join(where, entry.name))
    return moved


def _opened_and_closed(name: str, inside: int) -> None:
    os.close(_opened(name, inside))


def write_atomically(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a file so that a reader, even after a crash, finds the old content or the new, never part of it.

    Unless ``durable``, a power failure may leave neither.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(PART.replace("*", secrets.token_hex(8)))
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def new_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """The bytes of a CSV file with these rows, which every spreadsheet can read: UTF-8 with BOM."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def inert(cell: str) -> str:
    """The cell, with a quote in front if a spreadsheet would take it for a formula."""
    begins = unicodedata.normalize("NFKC", cell.lstrip(INVISIBLE)[:1])  # NFKC: full-width and small forms too
    return "'" + cell if cell[:1] in ("\t", "\r", "\n") or begins in ("=", "+", "-", "@") else cell


def safe_name(name: str, taken: Collection[str]) -> str:
    """A submission's name as every file system accepts it, and different from all those in ``taken``.

    A name that had to be changed gets 8 digits of its hash; "Kim" and "kim" count as the same. Pass the names in
    sorted order, so that every file about a submission gets the same name.
    """
    safe = "".join(_safe_letter(letter) for letter in unicodedata.normalize("NFC", name))
    safe = _shortened(safe.lstrip(". ").rstrip(". "), NAME_BYTES)
    if RESERVED.fullmatch(safe):
        safe = "_" + safe
    others = {other.casefold() for other in taken}
    if safe and safe == name and safe.casefold() not in others:
        return safe
    for salt in count():  # a second round only if even the hashes collide
        key = name + "\0" * salt
        suffix = "-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        candidate = _shortened(safe or "submission", NAME_BYTES - len(suffix)) + suffix
        if candidate.casefold() not in others:
            break
    return candidate


def _safe_letter(letter: str) -> str:
    """The letter, or "_" for a separator, a wildcard, or anything invisible."""
    unseen = unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "_" if unseen or letter in '/\\:*?"<>|' else letter


def _shortened(text: str, size: int) -> str:
    """As much of the text as fits into ``size`` bytes without cutting a letter in two."""
    return text.encode()[:size].decode("utf-8", "ignore").rstrip(". ")


def new_history(out: Path) -> Path:
    """The folder in which this run is to keep what it replaces; it does not exist yet."""
    place = out / "history" / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    names = (place if n == 1 else place.with_name(f"{place.name}-{n}") for n in count(1))
    return next(name for name in names if not name.exists())
