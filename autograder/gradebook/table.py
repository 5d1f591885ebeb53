"""CSV files: read as a spreadsheet may have saved them, and changed cell by cell so that every other byte stays."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.messages import Message, Refusal

MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
PLAIN = ("utf-8", "cp949")  # the second is what Excel saves in Korea
DELIMITERS = ",;\t"
TABLE_BYTES = 50_000_000


@dataclass(frozen=True)
class Cell:
    """A cell's value, and its place in the text."""

    value: str
    start: int
    end: int
    quoted: bool


@dataclass(frozen=True)
class Row:
    """A record of the file; ``line`` is where it begins, as an editor counts lines."""

    line: int
    cells: tuple[Cell, ...]

    def value(self, column: int) -> str:
        """A cell's text without blanks around it. A cell that is missing from a short row is empty."""
        return self.cells[column].value.strip() if column < len(self.cells) else ""


@dataclass(frozen=True)
class Table:
    """The file: its bytes are ``mark`` and ``text`` in ``encoding``. The first of ``rows`` is the header."""

    path: Path
    mark: bytes
    encoding: str
    text: str
    delimiter: str
    rows: tuple[Row, ...]

    @classmethod
    def read(cls, path: Path) -> Table:
        """Read the file, whatever a spreadsheet made of it. Raises Refusal if it is missing, unreadable or empty."""
        unreadable = Refusal(Message("table.unreadable", {"path": str(path)}))
        try:
            with open(path, "rb") as file:
                content = file.read(TABLE_BYTES + 1)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise Refusal(Message("table.missing", {"path": str(path)})) from None
        except OSError:
            raise unreadable from None
        mark = next((mark for mark in MARKS if content.startswith(mark)), b"")
        body = content[len(mark) :]
        for encoding in (MARKS[mark],) if mark else PLAIN:
            try:
                text = body.decode(encoding)
                if text.encode(encoding) == body and "\0" not in text and len(content) <= TABLE_BYTES:
                    break
            except UnicodeError:
                continue
        else:
            raise unreadable
        first = next((line for line in text.splitlines() if line.strip()), "")
        named = re.fullmatch(r'"?sep=(.)"?', first.strip(" \r\n"))
        delimiter = named[1] if named else _delimiter(first)
        rows = _rows(text, delimiter)
        rows = rows[1:] if rows and named else rows
        if not rows:
            raise Refusal(Message("table.empty", {"path": str(path)}))
        return cls(path, mark, encoding, text, delimiter, tuple(rows))

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(cell.value.strip() for cell in self.rows[0].cells)

    def column(self, *names: str) -> int | None:
        """The place of the first of these headings, in any case, or None. Raises Refusal if it occurs twice."""
        folded = [heading.casefold() for heading in self.header]
        for name in names:
            if folded.count(name.casefold()) > 1:
                raise Refusal(Message("table.column_twice", {"path": str(self.path), "column": name}))
            if name.casefold() in folded:
                return folded.index(name.casefold())
        return None

    def needed(self, *names: str) -> int:
        """The place of the first of these headings, in any case. Raises Refusal if there is none or it occurs twice."""
        column = self.column(*names)
        if column is None:
            values = {
                "path": str(self.path),
                "column": " / ".join(names),
                "found": ", ".join(self.header)[:300],
            }
            raise Refusal(Message("table.no_column", values))
        return column

    def filled(self, changes: Mapping[tuple[int, int], str]) -> bytes:
        """The file's bytes with new values in some cells, by row and column. Raises Refusal if a row is too short.

        A cell keeps its quotes; one without quotes gets them if the new value needs them.
        """
        pieces, at = [], 0
        for (row, column), value in sorted(changes.items()):
            if column >= len(self.rows[row].cells):
                values = {"path": str(self.path), "line": self.rows[row].line}
                raise Refusal(Message("table.short_row", values))
            cell = self.rows[row].cells[column]
            quoted = cell.quoted or any(letter in value for letter in (self.delimiter, '"', "\n", "\r"))
            escaped = '"' + value.replace('"', '""') + '"' if quoted else value
            pieces += [self.text[at : cell.start], escaped]
            at = cell.end
        return self.mark + "".join([*pieces, self.text[at:]]).encode(self.encoding)


def decimal(text: str) -> float | None:
    """A finite number with a decimal point or a decimal comma; None for anything else."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _delimiter(line: str) -> str:
    outside = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=outside.count)


def _rows(text: str, delimiter: str) -> list[Row]:
    """All rows with something in them. The csv module does not tell where in the text a cell is."""
    cell = re.compile(
        rf'(?P<quoted>"[^"]*(?:""[^"]*)*")?(?P<rest>[^{re.escape(delimiter)}\r\n]*)(?P<end>{re.escape(delimiter)}|\r\n|\r|\n|\Z)'
    )
    rows: list[Row] = []
    cells: list[Cell] = []
    at, line, first = 0, 1, 1
    while at < len(text) or cells:
        match = cell.match(text, at)
        assert match is not None  # every part of the pattern may be empty
        quoted = match["quoted"] is not None and not match["rest"].strip()
        value = match["quoted"][1:-1].replace('""', '"') if quoted else text[at : match.start("end")]
        cells.append(Cell(value, at, match.end("quoted") if quoted else match.start("end"), quoted))
        line += len(re.findall(r"\r\n|\r|\n", match[0]))
        at = match.end()
        if match["end"] != delimiter:
            if len(cells) > 1 or cells[0].value.strip():
                rows.append(Row(first, tuple(cells)))
            cells, first = [], line
            if match["end"] == "":
                break
    return rows
