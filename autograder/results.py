"""Frozen records of what grading found, and the files they become (CONTRACT section 3)."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from autograder.messages import Message
from autograder.settings import PARTS

OUTCOMES = ("passed", "failed", "error", "timeout", "crashed", "not_run")
STATUSES = ("graded", "timeout", "crashed", "rejected", "failed")
INVISIBLE = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\u3000\ufeff"  # a spreadsheet may skip these
LATE = "late"  # the item of an adjustment that is neither a check nor a part
BY_HAND = "adjust.override"  # why points are others than were graded, where the instructor set them
PART = ".*.part"  # what a file is called while it is being written
CSV_HEADER = ("submission", "score", "max_score", "status", *PARTS)


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
        """The message in ``language``, drawn anew from its id and values."""
        return Message(self.message_id, self.values).text(language)


@dataclass(frozen=True)
class Adjustment:
    """Points that do not stay as graded: those of a check, of a part, or ``late``, what lateness costs (below 0).

    ``why`` says so to the student.
    """

    item: str
    graded: float
    points: float
    why: Message


@dataclass(frozen=True)
class Result:
    """One submission's result as it was graded; ``score`` is None only where the grader itself failed.

    ``final`` and ``part_points`` are what it comes to with the adjustments. ``pictures`` are a file of their own
    (autograder.pictures); they travel with a result that has just been made.
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
    pictures: bytes = field(default=b"", compare=False, repr=False)

    @property
    def final(self) -> float | None:
        """The score that counts; None where the grader itself failed."""
        if self.score is None:
            return None
        # What lateness costs was never in the score: of it only the points count.
        changes = (each.points - (each.graded if each.item != LATE else 0.0) for each in self.adjustments)
        return max(0.0, self.score + sum(changes))

    @property
    def by_hand(self) -> bool:
        """Whether the instructor has set points of it."""
        return any(each.why.id == BY_HAND for each in self.adjustments)

    def part_points(self, part: str) -> float | None:
        """The points that count in one part; None where the grader itself failed."""
        if self.score is None:
            return None
        adjusted = {each.item: each.points for each in self.adjustments}
        if part in adjusted:
            return adjusted[part]
        return sum(adjusted.get(check.id, check.points) for check in self.checks if check.part == part)

    def to_json(self) -> str:
        """The result as JSON that any encoding and any strict reader takes."""
        record = {name: value for name, value in asdict(self).items() if name != "pictures"}
        text = json.dumps(_plain(record), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        # Half a surrogate pair, which an exception's text may contain, becomes an escape that JSON knows.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The inverse of ``to_json``. Raises ValueError when the text is not a result."""
        try:
            record = _made(cls, json.loads(text))
            checks = tuple(_made(Check, check) for check in record.checks)
            notes = tuple(_made(Message, note) for note in record.notes)
            adjustments = tuple(_adjustment(each) for each in record.adjustments)
            if record.status not in STATUSES or (record.score is None) != (record.status == "failed"):
                raise ValueError(f"not a result of this kit: {record.status!r} with score {record.score!r}")
            if not all(check.outcome in OUTCOMES for check in checks):
                raise ValueError("not a result of this kit: an unknown outcome")
            return replace(record, checks=checks, notes=notes, adjustments=adjustments)
        except (KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"not a result of this kit: {type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class Verdict:
    """What came of a control: ``fault`` is the first that went wrong, None where it passed.

    ``pictures`` are those of the instructor's model, ``modules`` those that were named and tried as well. ``loss``:
    what the solution reached in the short run, in nats per image; None in short, where there is none.
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
    """A result, and what there is to know before it is believed.

    ``vanished``: some part's process ended and nobody knows who ended it. ``oom``: the kernel killed for want of
    memory meanwhile. ``control``: the one in short that the result called for.
    """

    result: Result
    vanished: bool = False
    oom: bool = False
    control: Verdict | None = None


def _adjustment(record: Any) -> Adjustment:
    made = _made(Adjustment, record)
    return replace(made, why=_made(Message, record["why"]))


NUMBER = (int, float)
TYPES: Mapping[type, Mapping[str, tuple[type, ...]]] = {  # as JSON gives them; a bool is no number here
    Result: {
        **dict.fromkeys(("submission", "status", "dataset", "device", "digest", "isolation"), (str,)),
        **dict.fromkeys(("max_score", "seconds"), NUMBER),
        **{"score": (*NUMBER, type(None)), "seed": (int,), "versions": (dict,)},
        **dict.fromkeys(("checks", "notes", "adjustments"), (list,)),
    },
    Adjustment: {"item": (str,), **dict.fromkeys(("graded", "points"), NUMBER), "why": (dict,)},
    Check: {
        **dict.fromkeys(("id", "part", "title", "outcome", "message", "message_id"), (str,)),
        **dict.fromkeys(("points", "max_points"), NUMBER),
        **{"values": (dict,), "misconception": (str, type(None))},
    },
    Message: {"id": (str,), "values": (dict,)},
}
T = TypeVar("T")


def _made(kind: type[T], record: Any) -> T:
    """A record made of what a file holds, which may be damaged: each field is of its type, each number finite."""
    if kind is Result:
        record = {"adjustments": [], **record}  # younger than the others
    if record.keys() != TYPES[kind].keys():
        raise TypeError(f"{kind.__name__} without {TYPES[kind].keys() - record.keys()}")
    for name, value in record.items():
        if type(value) not in TYPES[kind][name] or not _tame(value):
            raise TypeError(f"{kind.__name__}.{name} is {value!r:.100}")
    return kind(**record)


def _tame(value: Any, depth: int = 6) -> bool:
    """Whether no number in the value is infinite or NaN, and it is not nested too deep to be written again."""
    if isinstance(value, list | dict):
        inside = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_tame(each, depth - 1) for each in inside)
    return not isinstance(value, float | int) or math.isfinite(value)


def number(points: float | None) -> str:
    """Points as people write them: 20, 7.5, or nothing at all."""
    return "" if points is None else f"{points:.10g}"


def _plain(value: Any) -> Any:
    """The value with words in place of nan and the infinities, which strict JSON does not have."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def inert(cell: str) -> str:
    """The cell, with a quote before anything that a spreadsheet would take for a formula."""
    begins = unicodedata.normalize("NFKC", cell.lstrip(INVISIBLE)[:1])  # NFKC: full-width and small forms too
    return "'" + cell if cell[:1] in ("\t", "\r", "\n") or begins in ("=", "+", "-", "@") else cell


def to_csv(results: Iterable[Result]) -> bytes:
    """The bytes of grades.csv: UTF-8 with BOM, one row a submission, sorted by name."""
    text = io.StringIO()
    writer = csv.writer(text)
    quoting = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(CSV_HEADER)
    for result in sorted(results, key=lambda result: result.submission):
        name = inert(result.submission)
        points = [number(result.part_points(part)) for part in PARTS]
        row = [name, number(result.final), number(result.max_score), result.status, *points]
        # Some spreadsheets also split at these, and would find a formula in the middle of a name.
        (quoting if set(name) & set(";\t|") else writer).writerow(row)
    return text.getvalue().encode("utf-8-sig", "replace")


def write_atomically(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never a half.

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
