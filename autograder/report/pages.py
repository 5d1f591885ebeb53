"""The two pages: one for a student, one for the class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from autograder.messages import Message, catalogue, misconception, words
from autograder.results import CSV_HEADER, LATE, Check, Result, number

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
    points: float

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


@dataclass(frozen=True)
class Change:
    """Points that did not stay as graded, and why."""

    what: str
    graded: float
    points: float
    why: str


@dataclass(frozen=True)
class Rate:
    """How many of all submissions passed a check."""

    title: str
    part: str
    passed: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.passed / self.total)


def student_page(result: Result, language: str) -> str:
    """The feedback page for one submission, as HTML."""
    parts = _parts(result, language)
    return _template("student.html", language).render(
        result=result,
        parts=parts,
        steps=[(part, part.next) for part in parts if part.next],
        changes=_changes(result, language),
        notes=[_text(note, language, note.id) for note in result.notes],
    )


def class_page(results: Sequence[Result], links: Mapping[str, str], language: str) -> str:
    """The page for the instructor, as HTML. ``links`` leads from a submission to its feedback page."""
    ordered = sorted(results, key=lambda result: result.submission)
    scores = [score for result in ordered if (score := result.final) is not None]
    found = Counter(name for result in ordered for name in {c.misconception for c in result.checks} if name)
    frequent = sorted(found, key=lambda name: (-found[name], name))
    return _template("class.html", language).render(
        results=ordered,
        links={name: quote(link) for name, link in links.items()},
        mean=mean(scores) if scores else None,
        median=median(scores) if scores else None,
        statuses=Counter(result.status for result in ordered),
        unscored=[result.submission for result in ordered if result.score is None],
        rates=_rates(ordered, language),
        misconceptions=[(misconception(name, language)["what"], found[name]) for name in frequent],
        settings=sorted({(r.dataset, r.device, r.seed, r.isolation or "?") for r in ordered}),
    )


def _parts(result: Result, language: str) -> list[Part]:
    """The parts in their order, those without checks left out."""
    adjusted = {each.item: each.points for each in result.adjustments}
    others = {check.part for check in result.checks} - set(PARTS)
    parts = [
        Part(name, lines, result.part_points(name) or 0.0)
        for name in (*PARTS, *sorted(others))
        if (lines := [_line(check, adjusted, language) for check in result.checks if check.part == name])
    ]
    return parts


def _changes(result: Result, language: str) -> list[Change]:
    titles = {check.id: _title(check, language) for check in result.checks}
    titles |= {name: Message(f"report.part.{name}").text(language) for name in PARTS}
    titles[LATE] = words("report.late", language)
    return [
        Change(
            titles.get(each.item, each.item), each.graded, each.points, _text(each.why, language, each.why.id)
        )
        for each in result.adjustments
    ]


def _line(check: Check, adjusted: Mapping[str, float], language: str) -> Line:
    message = _text(Message(check.message_id, check.values), language, check.message)
    known = misconception(check.misconception, language) if check.misconception else None
    points = adjusted.get(check.id, check.points)
    return Line(_title(check, language), check.outcome, points, check.max_points, message, known)


def _rates(results: Sequence[Result], language: str) -> list[Rate]:
    """Pass rates over the submissions that could be graded, the hardest check first."""
    graded = [check for result in results if result.score is not None for check in result.checks]
    total = Counter(check.id for check in graded)
    passed = Counter(check.id for check in graded if check.outcome == "passed")
    first = {check.id: check for check in reversed(graded)}
    rates = [Rate(_title(first[id], language), first[id].part, passed[id], total[id]) for id in total]
    return sorted(rates, key=lambda rate: rate.passed / rate.total)


def _title(check: Check, language: str) -> str:
    return str(catalogue(language)["titles"].get(check.id, check.title))


def _text(message: Message, language: str, instead: str) -> str:
    """The words of a message; ``instead`` where an older record does not fit the catalogue any more."""
    try:
        return message.text(language)
    except (KeyError, IndexError, ValueError, TypeError):
        return instead


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _template(name: str, language: str) -> Template:
    def report_words(key: str, **values: object) -> str:
        return Message(f"report.{key}", values).text(language)

    def part_name(part: str) -> str:
        return report_words(f"part.{part}") if part in PARTS else part

    shared = {
        "t": report_words,
        "part_name": part_name,
        "number": number,
        "icons": ICONS,
        "language": language,
    }
    return _environment().get_template(name, globals={**shared, "part_names": PARTS})
