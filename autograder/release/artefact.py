"""Open what was built: every file, also inside zips, and every text in a file, also inside notebooks."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class File:
    """One file: the zips it is in, from the outside to the inside, its path in the last of them, and its content."""

    inside: tuple[str, ...]
    path: str
    content: bytes

    @property
    def shown(self) -> str:
        return "/".join((*self.inside, self.path))

    @property
    def is_zip(self) -> bool:
        """Whether it can be opened as a zip."""
        with suppress(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(self.content)).close()
            return True
        return False


@dataclass(frozen=True)
class Piece:
    """One text, and where it was found."""

    place: str
    text: str


def files(root: Path) -> Iterator[File]:
    """All files below a folder, sorted by name, each zip followed by what is in it."""
    for path in sorted(root.rglob("*")):
        if not path.is_dir():
            yield from _opened(File((), path.relative_to(root).as_posix(), path.read_bytes()))


def _opened(file: File) -> Iterator[File]:
    yield file
    if file.is_zip:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    inside = (*file.inside, file.path)
                    yield from _opened(File(inside, member.filename, _content(archive, member)))


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(member)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError, zlib.error):
        return b"\0"  # locked, damaged or packed in an unknown way: no text


def pieces(file: File) -> Iterator[Piece] | None:
    """All texts in a file; None if it is neither a text nor a zip, so that nobody knows what is in it."""
    if file.is_zip:
        return iter(())  # the files in it follow one by one
    text = _text(file.content)
    return None if text is None else _pieces(file.shown, text)


def _text(content: bytes) -> str | None:
    marks = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encoding = next((name for mark, name in marks if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _pieces(place: str, text: str) -> Iterator[Piece]:
    with suppress(ValueError, RecursionError):
        if place.endswith((".ipynb", ".json")):
            yield from _of_json(place, json.loads(text))
            return
    yield Piece(place, text)


def _of_json(place: str, value: object) -> Iterator[Piece]:
    """The texts in a notebook or other JSON, each cell's source in one piece."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        value = "".join(value)
    if isinstance(value, str):
        yield Piece(place, value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield Piece(place, str(key))
            yield from _of_json(f"{place}, {key}" if key not in ("cells", "source") else place, item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            name = item.get("id", number) if isinstance(item, dict) else number
            yield from _of_json(f"{place}, {name}", item)
