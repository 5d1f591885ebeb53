"""The student's page, and the environment that pages are drawn in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from autograder.messages import Message, catalogue, misconception
from autograder.results import CSV_HEADER, Check, Result, number

PARTS = CSV_HEADER[4:]
ICONS = {"passed": "✓", "failed": "✗", "error": "!", "timeout": "⏱", "crashed": "☇", "not_run": "–"}


@dataclass(frozen=True)
class Line:
    """A check in the page's language."""

    title: str
    outcome: str
    points: float
    max_points: float
    message: str
    misconception: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Part:
    """One part of the homework with its checks."""

    name: str
    lines: Sequence[Line]

    @property
    def points(self) -> float:
        return sum(line.points for line in self.lines)

    @property
    def max_points(self) -> float:
        return sum(line.max_points for line in self.lines)

    @property
    def passed(self) -> int:
        return sum(line.outcome == "passed" for line in self.lines)

    @property
    def next(self) -> Line | None:
        """The first check that has not passed."""
        return next((line for line in self.lines if line.outcome != "passed"), None)


def student_page(result: Result, language: str) -> str:
    """The feedback page for one submission, as HTML."""
    parts = _parts(result, language)
    return _template("student.html", language).render(
        result=result,
        parts=parts,
        steps=[(part, part.next) for part in parts if part.next],
        notes=[_text(note, language, note.id) for note in result.notes],
    )


def _parts(result: Result, language: str) -> list[Part]:
    """The parts in their order, those without checks left out."""
    others = {check.part for check in result.checks} - set(PARTS)
    parts = [
        Part(name, [_line(check, language) for check in result.checks if check.part == name])
        for name in (*PARTS, *sorted(others))
    ]
    return [part for part in parts if part.lines]


def _line(check: Check, language: str) -> Line:
    message = _text(Message(check.message_id, check.values), language, check.message)
    known = misconception(check.misconception, language) if check.misconception else None
    return Line(_title(check, language), check.outcome, check.points, check.max_points, message, known)


def _title(check: Check, language: str) -> str:
    return str(catalogue(language)["titles"].get(check.id, check.title))


def _text(message: Message, language: str, instead: str) -> str:
    """The words of a message; ``instead`` where an older record does not fit the catalogue any more."""
    try:
        return message.text(language)
    except (KeyError, IndexError, ValueError, TypeError):
        return instead


@cache
def environment() -> Environment:
    """Where templates come from; whatever they are given is escaped."""
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _template(name: str, language: str) -> Template:
    def words(key: str, **values: object) -> str:
        return Message(f"report.{key}", values).text(language)

    def part_name(part: str) -> str:
        return words(f"part.{part}") if part in PARTS else part

    shared = {"t": words, "part_name": part_name, "number": number, "icons": ICONS, "language": language}
    return environment().get_template(name, globals={**shared, "part_names": PARTS})
