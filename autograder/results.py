"""Frozen records of what grading found, and the files they become (docs/instructors.md lists them)."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from autograder.files import inert
from autograder.homework import homework
from autograder.messages import MISFITS, Message

OUTCOMES = ("passed", "failed", "error", "timeout", "crashed", "not_run")
STATUSES = ("graded", "timeout", "crashed", "rejected", "failed")
LATE = "late"  # the item of an adjustment that is neither a check nor a part
BY_HAND = "adjust.override"  # the reason for points that the instructor has set
COLUMNS = ("submission", "score", "max_score", "status")  # of grades.csv, followed by one column per part


@dataclass(frozen=True)
class Check:
    """What one hidden check found. ``points`` of ``max_points`` were earned."""

    id: str
    part: str
    title: str
    points: float
    max_points: float
    outcome: str
    message: str
    message_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    misconception: str | None = None

    def text(self, language: str) -> str:
        """The message in ``language``, worded again from its id and values."""
        return Message(self.message_id, self.values).text(language)


@dataclass(frozen=True)
class Measured:
    """What a student's function was found to compute; ``id`` names the words. It never decides points."""

    stub: str
    id: str
    values: Mapping[str, Any]
    text: str

    def said(self, language: str) -> str:
        """The statement in ``language``, or as it was recorded if another version of the kit made it."""
        try:
            return Message(self.id, self.values).text(language)
        except MISFITS:
            return self.text


@dataclass(frozen=True)
class Adjustment:
    """Points that replace the graded ones: of a check, of a part, or ``late``, what lateness costs (below 0).

    ``why`` gives the student the reason.
    """

    item: str
    graded: float
    points: float
    why: Message


@dataclass(frozen=True)
class Result:
    """One submission's result as it was graded; ``score`` is None only if the grader itself failed.

    ``final`` and ``part_points`` include the adjustments. ``pictures`` (made by the homework's pages) get a file of
    their own; only a result that has just been made carries them.
    """

    submission: str
    score: float | None
    max_score: float
    status: str
    dataset: str
    device: str
    seed: int
    seconds: float
    checks: tuple[Check, ...] = ()
    notes: tuple[Message, ...] = ()
    digest: str = ""
    isolation: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    adjustments: tuple[Adjustment, ...] = ()
    measured: tuple[Measured, ...] = ()
    pictures: bytes = field(default=b"", compare=False, repr=False)

    @property
    def final(self) -> float | None:
        """The score that counts; None if the grader itself failed."""
        if self.score is None:
            return None
        # Lateness replaces no points that are in the score, so nothing is subtracted for it.
        changes = (each.points - (each.graded if each.item != LATE else 0.0) for each in self.adjustments)
        return max(0.0, self.score + sum(changes))

    @property
    def by_hand(self) -> bool:
        """Whether the instructor has set any of its points."""
        return any(each.why.id == BY_HAND for each in self.adjustments)

    def shown_by(self, statement: Measured) -> str | None:
        """The misconception that a statement shows: that of its stub's checks; None if they have none."""
        names = (
            check.misconception for check in self.checks if homework().stub_of(check.id) == statement.stub
        )
        return next(filter(None, names), None)

    def part_points(self, part: str) -> float | None:
        """The points that count in one part; None if the grader itself failed."""
        if self.score is None:
            return None
        adjusted = {each.item: each.points for each in self.adjustments}
        if part in adjusted:
            return adjusted[part]
        return sum(adjusted.get(check.id, check.points) for check in self.checks if check.part == part)

    def to_json(self) -> str:
        """The result as JSON that UTF-8 can encode and any strict parser accepts."""
        record = {name: value for name, value in asdict(self).items() if name != "pictures"}
        text = json.dumps(_plain(record), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        # Half a surrogate pair, which an exception's text may contain, becomes a JSON escape.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The inverse of ``to_json``. Raises ValueError if the text is not a result.

        What an older kit did not record gets its default; what a newer kit added is dropped.
        """
        try:
            record = json.loads(text)
            if not _tame(record):
                raise ValueError("not a result of this kit: a number that is none, or nested too deep")
            record.pop("pictures", None)  # they have a file of their own
            result = msgspec.convert(record, cls)
        except (TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"not a result of this kit: {type(error).__name__}: {error}") from error
        if result.status not in STATUSES or (result.score is None) != (result.status == "failed"):
            raise ValueError(f"not a result of this kit: {result.status!r} with score {result.score!r}")
        if not all(check.outcome in OUTCOMES for check in result.checks):
            raise ValueError("not a result of this kit: an unknown outcome")
        return result


@dataclass(frozen=True)
class Verdict:
    """The outcome of a control: ``fault`` is the first thing that went wrong, None if it passed.

    ``pictures`` are those of the instructor's model, ``modules`` those that were named and tried as well. ``loss``:
    what the solution reached in the short run, in nats per image; None for a short control, which has no short run.
    """

    fault: Message | None = None
    pictures: bytes = field(default=b"", repr=False)
    modules: frozenset[str] = frozenset()
    loss: float | None = None

    @property
    def passed(self) -> bool:
        return self.fault is None


@dataclass(frozen=True)
class Graded:
    """A result, and what must be known before it is believed.

    ``vanished``: some part's process ended for no known reason. ``oom``: the kernel meanwhile killed a process for lack
    of memory. ``control``: the short control that the result called for.
    """

    result: Result
    vanished: bool = False
    oom: bool = False
    control: Verdict | None = None


def _tame(value: Any, depth: int = 7) -> bool:
    """Whether all numbers in the value are finite, and it is not nested too deep to be written again."""
    if isinstance(value, list | dict):
        inside = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_tame(each, depth - 1) for each in inside)
    return not isinstance(value, float | int) or math.isfinite(value)


def number(points: float | None) -> str:
    """Points as people write them: "20", "7.5", or "" for None."""
    return "" if points is None else f"{points:.10g}"


def _plain(value: Any) -> Any:
    """The value with strings in place of nan and the infinities, which strict JSON does not have."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def header() -> tuple[str, ...]:
    """The first row of grades.csv."""
    return (*COLUMNS, *homework().parts)


def to_csv(results: Iterable[Result]) -> bytes:
    """The bytes of grades.csv: UTF-8 with BOM, one row per submission, sorted by name."""
    text = io.StringIO()
    writer = csv.writer(text)
    quoting = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(header())
    for result in sorted(results, key=lambda result: result.submission):
        name = inert(result.submission)
        points = [number(result.part_points(part)) for part in homework().parts]
        row = [name, number(result.final), number(result.max_score), result.status, *points]
        # Some spreadsheets also split at these, and would find a formula in the middle of a name.
        (quoting if set(name) & set(";\t|") else writer).writerow(row)
    return text.getvalue().encode("utf-8-sig", "replace")
