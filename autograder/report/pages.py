"""The page for the class, and what pages are drawn in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from autograder.messages import Message, catalogue, misconception
from autograder.results import CSV_HEADER, Check, Result, number

PARTS = CSV_HEADER[4:]
ICONS = {"passed": "✓", "failed": "✗", "error": "!", "timeout": "⏱", "crashed": "☇", "not_run": "–"}


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


@cache
def environment() -> Environment:
    """What templates are drawn in: everything that is filled in is escaped."""
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _template(name: str, language: str) -> Template:
    def report_words(key: str, **values: object) -> str:
        return Message(f"report.{key}", values).text(language)

    def part_name(part: str) -> str:
        return report_words(f"part.{part}") if part in PARTS else part

    shared = {"t": report_words, "part_name": part_name, "number": number, "icons": ICONS, "language": language}
    return environment().get_template(name, globals={**shared, "part_names": PARTS})
