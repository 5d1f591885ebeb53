"""A class's results in numbers, before any words: the class page, the terminal and ``--json`` all show these."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import mean, median

from autograder.homework import homework
from autograder.messages import Message
from autograder.results import LATE, STATUSES, Measured, Result, number

BINS = 10
FRACTION = re.compile(r"\d+\.\d+(?:e[+-]?\d+)?")


@dataclass(frozen=True)
class Rate:
    """How many submissions passed a check. ``title`` is the recorded one."""

    id: str
    part: str
    title: str
    passed: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.passed / self.total)


@dataclass(frozen=True)
class Shared:
    """What a function computes, in the words and numbers of the first of these submissions."""

    statement: Measured
    submissions: Sequence[str]


@dataclass(frozen=True)
class Finding:
    """A mistake, and the names of the submissions that show it: the id of a known misconception, with what is computed
    by functions that show it; or, where nobody has named the mistake yet, only one thing that is computed.
    """

    misconception: str | None
    shared: Sequence[Shared]
    submissions: Sequence[str]


@dataclass(frozen=True)
class Spread:
    """Numbers between 0 and ``top``, and how they are spread: ``counts`` in bins of equal width."""

    values: Sequence[float]
    top: float
    counts: Sequence[int]

    @classmethod
    def of(cls, values: Iterable[float], top: float, bins: int = BINS) -> Spread:
        """Sort the values into bins. The top belongs to the last bin, values outside to the nearest one."""
        kept = tuple(values)
        shares = [min(max(value / top, 0.0), 1.0) if top > 0 else 0.0 for value in kept]
        place = Counter(min(int(bins * share), bins - 1) for share in shares)
        return cls(kept, top, tuple(place[index] for index in range(bins)))

    @property
    def edges(self) -> list[tuple[float, float]]:
        """The beginning and end of each bin."""
        width = self.top / len(self.counts)
        return [(index * width, (index + 1) * width) for index in range(len(self.counts))]

    @property
    def mean(self) -> float | None:
        return mean(self.values) if self.values else None

    @property
    def median(self) -> float | None:
        return median(self.values) if self.values else None


@dataclass(frozen=True)
class Facts:
    """A class in numbers. ``scores``, ``parts``, ``seconds`` and ``rates`` leave out submissions without a score."""

    results: Sequence[Result]
    scores: Spread
    parts: Mapping[str, Spread]
    seconds: Spread
    statuses: Mapping[str, int]
    ungraded: Sequence[str]
    rates: Sequence[Rate]
    findings: Sequence[Finding]


def facts(results: Iterable[Result]) -> Facts:
    """The facts of these results: submissions by name, hardest checks first, most frequent mistakes first."""
    ordered = tuple(sorted(results, key=lambda result: result.submission))
    scored = [result for result in ordered if result.score is not None]
    seconds = [result.seconds for result in scored]
    found = Counter(result.status for result in ordered)
    return Facts(
        results=ordered,
        scores=Spread.of(
            (score for result in scored if (score := result.final) is not None),
            max((result.max_score for result in scored), default=0.0),
        ),
        parts={part: _part(scored, part) for part in homework().parts},
        seconds=Spread.of(seconds, 10.0 * ceil(max(seconds, default=0.0) / 10)),
        statuses={status: found[status] for status in STATUSES if found[status]},
        ungraded=[result.submission for result in ordered if result.score is None],
        rates=_rates(scored),
        findings=_findings(ordered),
    )


def remarks(result: Result) -> list[Message]:
    """Why the score is not the sum of its parts, in few words. Lateness is mentioned even if it costs nothing."""
    late = [each.points for each in result.adjustments if each.item == LATE]
    found = []
    if any(late):
        found.append(Message("report.late_cost", {"points": number(sum(late))}))
    elif late or any(note.id == "intake.late" for note in result.notes):
        found.append(Message("report.late_mark"))
    return [*found, Message("report.by_hand")] if result.by_hand else found


def _part(scored: Sequence[Result], part: str) -> Spread:
    """One part's points. Their top is the most that the part's checks can give in any of the results."""
    possible = (sum(c.max_points for c in result.checks if c.part == part) for result in scored)
    earned = (result.part_points(part) or 0.0 for result in scored)
    return Spread.of(earned, max(possible, default=0.0))


def _rates(scored: Sequence[Result]) -> list[Rate]:
    checks = [check for result in scored for check in result.checks]
    total = Counter(check.id for check in checks)
    passed = Counter(check.id for check in checks if check.outcome == "passed")
    first = {check.id: check for check in reversed(checks)}
    rates = [Rate(id, first[id].part, first[id].title, passed[id], total[id]) for id in total]
    return sorted(rates, key=lambda rate: rate.passed / rate.total)


# The id of a misconception; or, where there is none, what alike statements have in common.
Mistake = tuple[str, ...]


def _findings(results: Sequence[Result]) -> list[Finding]:
    who: dict[Mistake, list[str]] = {}
    said: dict[Mistake, dict[Mistake, tuple[Measured, list[str]]]] = {}
    for result in results:
        shown: dict[Mistake, None] = {
            (check.misconception,): None for check in result.checks if check.misconception
        }
        for each in result.measured:
            alike: Mistake = _alike(each)
            cause = result.shown_by(each)
            mistake = (cause,) if cause else alike
            shown[mistake] = None
            said.setdefault(mistake, {}).setdefault(alike, (each, []))[1].append(result.submission)
        for mistake in shown:
            who.setdefault(mistake, []).append(result.submission)

    def finding(mistake: Mistake) -> Finding:
        shared = [Shared(*each) for each in said.get(mistake, {}).values()]
        shared.sort(key=lambda each: -len(each.submissions))
        return Finding(mistake[0] if len(mistake) == 1 else None, shared, who[mistake])

    return [finding(mistake) for mistake in sorted(who, key=lambda each: (-len(who[each]), each))]


def _alike(statement: Measured) -> tuple[str, str, str]:
    """What nearly equal statements have in common: fractions count with two digits, and curves are but pictures."""
    values = {name: value for name, value in statement.values.items() if name != "curve"}
    text = json.dumps(values, sort_keys=True)
    return statement.stub, statement.id, FRACTION.sub(lambda found: f"{float(found[0]):.2g}", text)
