"""What a student handed in as a notebook -> one that nbgrader accepts, with the student's answers in it.

The released notebook is the frame: its cells, their metadata and the text of locked ones are restored, whatever an
editor or a student did to them. The student's answers, extra cells and pictures are kept. Nothing is executed, and
nothing that a browser would execute gets through.
"""

from __future__ import annotations

import base64
import warnings
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from json import JSONDecodeError
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from autograder.messages import Message

PICTURES = ("image/png", "image/jpeg")
NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
Notebook = Any  # nbformat's NotebookNode: a dict whose keys are attributes, too


class Unreadable(Exception):
    """The content is not a notebook: ``message`` says why."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.message = Message(f"nbgrader.notebook_{reason}", values)


@dataclass(frozen=True)
class NotebookCell:
    """What counts in a cell. Everything else that it says about itself is left out."""

    kind: str
    source: str
    names: tuple[Any, ...]  # the grade_id and the cell's id, either of which tells what it was released as
    outputs: list[Notebook] = field(default_factory=list)
    attachments: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> Notebook:
        """The cell without any role in grading."""
        return self._filled(NEW_CELL[self.kind](self.source))

    def answering(self, released: Notebook) -> Notebook:
        """The released cell, with this answer in it if it asks for one."""
        cell = deepcopy(released)
        if is_answer(released):
            cell.source = self.source
        return self._filled(cell) if cell.cell_type == self.kind else cell

    def _filled(self, cell: Notebook) -> Notebook:
        if cell.cell_type == "code":
            cell.outputs = self.outputs
        elif self.attachments:
            cell.attachments = nbformat.from_dict(self.attachments)
        return cell


def is_answer(cell: Notebook) -> bool:
    """Whether the student writes an answer in this cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def mended(released: Notebook, content: bytes | Message | None) -> tuple[Notebook, list[Message]]:
    """The released notebook with the student's answers in it, and what had to be repaired.

    ``content`` is what was handed in; None if nothing was, a message if it can't be read.
    """
    notes: list[Message] = []
    own: list[NotebookCell] = []
    if content is None:
        notes = [Message("nbgrader.no_notebook")]
    elif isinstance(content, Message):
        notes = [content]
    else:
        try:
            own = cells(content)
        except Unreadable as unreadable:
            notes = [unreadable.message]
    notebook = deepcopy(released)
    if own:
        notebook.cells, notes = _framed(own, released)
    return notebook, notes


def _framed(own: list[NotebookCell], released: Notebook) -> tuple[list[Notebook], list[Message]]:
    """The student's cells in the roles that they were released in, missing ones put back; and what was repaired."""
    wanted = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells if "nbgrader" in cell.metadata}
    aliases = {cell.get("id"): name for name, cell in wanted.items()} | {name: name for name in wanted}
    places: dict[str, list[int]] = defaultdict(list)
    for place, cell in enumerate(own):
        name = next((aliases[name] for name in cell.names if name in aliases), None)
        if name is not None:
            places[name].append(place)
    chosen = {_best(own, found, wanted[name]): name for name, found in places.items()}
    framed = [
        cell.answering(wanted[chosen[place]]) if place in chosen else cell.plain()
        for place, cell in enumerate(own)
    ]
    _put_back(framed, wanted, set(places))
    return framed, _remarks(own, places, wanted)


def cells(content: bytes) -> list[NotebookCell]:
    """The cells of a notebook of any version. Raises Unreadable if it is not a notebook."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
        return [_cell(cell) for cell in read["cells"]]
    except ValueError as error:
        damaged = error.__cause__ if isinstance(error.__cause__, JSONDecodeError) else error
        line = damaged.lineno if isinstance(damaged, JSONDecodeError) else 1
        raise Unreadable("damaged", line=line) from error
    except Exception as error:  # whatever a damaged file makes the reader raise
        raise Unreadable("no_cells") from error


def note(texts: list[str]) -> Notebook:
    """A cell that tells the student, and whoever marks the notebook, what to know about it."""
    return new_markdown_cell("\n".join(f"> {_inert(text)}\n>" for text in texts))


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")


def _best(own: list[NotebookCell], places: list[int], released: Notebook) -> int:
    """Of several copies of a cell, the last one that has an answer in it; if none has, the last."""
    written = [place for place in places if own[place].source != released.source]
    return (written or places)[-1]


def _put_back(cells: list[Notebook], wanted: Mapping[str, Notebook], found: set[str]) -> None:
    """Put each missing cell after the one that it followed when it was released."""
    after = 0
    for name, released in wanted.items():
        if name not in found:
            cells.insert(after, deepcopy(released))
        after = 1 + next(
            place
            for place, cell in enumerate(cells)
            if cell.metadata.get("nbgrader", {}).get("grade_id") == name
        )


def _remarks(
    own: list[NotebookCell], places: Mapping[str, list[int]], wanted: Mapping[str, Notebook]
) -> list[Message]:
    twice = [name for name in wanted if len(places.get(name, ())) > 1]
    missing = [name for name in wanted if name not in places]
    changed = [
        name
        for name, found in places.items()
        if not is_answer(wanted[name]) and own[found[-1]].source != wanted[name].source
    ]
    found = {"nbgrader.twice": twice, "nbgrader.missing": missing, "nbgrader.changed": changed}
    return [Message(key, {"cells": ", ".join(names)}) for key, names in found.items() if names]


def _cell(cell: Any) -> NotebookCell:
    kind = cell["cell_type"] if cell["cell_type"] in NEW_CELL else "raw"
    metadata = cell.get("metadata")
    graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = graded.get("grade_id") if isinstance(graded, dict) else None
    names = tuple(name for name in (grade_id, cell.get("id")) if isinstance(name, str))
    outputs = [output for each in cell.get("outputs") or () if (output := _output(each))]
    attachments = {
        str(name): pictures
        for name, bundle in (cell.get("attachments") or {}).items()
        if (pictures := _pictures(bundle))
    }
    return NotebookCell(kind, _text(cell["source"]), names, outputs, attachments)


def _output(output: Any) -> Notebook | None:
    """What was printed or drawn. HTML, JavaScript and SVG are left out: they could act in the marker's browser."""
    if output.get("output_type") == "stream":
        return new_output("stream", name="stdout", text=_text(output.get("text", "")))
    pictures = _pictures(output.get("data"))
    return new_output("display_data", data=pictures) if pictures else None


def _pictures(bundle: Any) -> dict[str, str]:
    """The pictures of a MIME bundle, encoded again: a page would put their text between quotes as it is."""
    pictures = {}
    for kind in PICTURES:
        if isinstance(bundle, dict) and kind in bundle:
            with suppress(ValueError):
                pictures[kind] = base64.b64encode(base64.b64decode(_text(bundle[kind]))).decode()
    return pictures


def _text(source: Any) -> str:
    """A notebook's text, which may be a list of lines, as one string that any encoding takes."""
    joined = source if isinstance(source, str) else "".join(source)
    return joined.encode("utf-8", "replace").decode()
