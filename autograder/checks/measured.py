"""What does a failing stub compute? A homework's readings ask it a few more questions and say only what they can prove.

A homework that measures has a module ``measure.STUB`` for each stub. It holds ``questions(draw)``, calls of probes by
name, and ``READINGS``, the root of a mistake before what follows from it. ``BUILT_ON``, if there is one, names the stubs
that this one calls and whose mistakes show in it. Each reading looks at the answers and says something or nothing. What
it says must then predict the answers to fresh questions, which it has not seen; else it is dropped. So a statement is
true or not made. Statements never decide points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from autograder import kit
from autograder.run import derived_seed
from autograder.sandbox.encoding import Array

MOST = 2  # statements for a stub
CLOSE = 2e-3  # relative difference between two readings of one number

Values = Mapping[str, Any]
Outcome = Mapping[str, Any]  # {"value": ...} or {"raised": ...}
Ask = Callable[[list[dict[str, Any]]], Any]  # probes with their arguments -> an Outcome for each


class Unclear(Exception):
    """An answer is not of the kind that a reading looks at, so this reading says nothing."""


class Question(NamedTuple):
    """One call of a probe. ``called``: how students would write the call; questions begin with the smallest.

    ``dear``: the answer takes long, so it is asked for only if the others lead to no statement.
    """

    probe: str
    arguments: Mapping[str, Any]
    called: str = ""
    dear: bool = False


class Said(NamedTuple):
    """What a reading found: numbers and words that tell and predict it, and the misconception that they show, if any.

    ``yours`` and ``asked`` among the values are formulas. ``curve`` holds x, yours and asked, lists of one length.
    """

    values: Values
    misconception: str | None = None


@dataclass(frozen=True)
class Seen:
    """Questions and a student's answers to them. ``unasked``: further questions."""

    questions: Mapping[str, Question]
    outcomes: Mapping[str, Outcome]
    unasked: Mapping[str, Question]
    worked_out: dict[Any, Any] = field(default_factory=dict)

    def given(self, name: str) -> Mapping[str, Any]:
        """The arguments of a question. Raises Unclear if it was not asked."""
        if name not in self.questions:
            raise Unclear
        return self.questions[name].arguments

    def raised(self, name: str) -> str | None:
        """The type of the exception that a question met, or None."""
        raised = self.outcomes[name].get("raised")
        return None if raised is None else str(dict(raised).get("type"))

    def answer(self, name: str) -> Any:
        """The answer to a question. Raises Unclear if there is none."""
        if "value" not in self.outcomes.get(name, ()):
            raise Unclear
        return self.outcomes[name]["value"]


@dataclass(frozen=True)
class Reading:
    """One kind of statement about a stub; ``id`` names its words.

    ``read`` may raise Unclear. ``predicts``: whether values that were read elsewhere agree with these answers; by
    default, whether reading these gives the same values. ``ends``: if this is said, all else would follow from it, but for
    what is ``apart`` from the values, such as their device.
    """

    id: str
    read: Callable[[Seen], Said | None]
    predicts: Callable[[Values, Seen], bool] | None = None
    ends: bool = False
    apart: bool = False

    def says(self, seen: Seen) -> Said | None:
        try:
            return self.read(seen)
        except Unclear:
            return None

    def holds(self, values: Values, seen: Seen) -> bool:
        """Whether these values agree with what was seen."""
        try:
            if self.predicts is not None:
                return self.predicts(values, seen)
            again = self.read(seen)
        except Unclear:
            return False
        return again is not None and agree(values, again.values)


@dataclass(frozen=True)
class Statement:
    """What a stub was found to compute, with the misconception that it shows, if any."""

    stub: str
    id: str
    values: Values
    misconception: str | None


def built_on(stub: str) -> Collection[str]:
    """The stubs whose mistakes show in this one too."""
    return getattr(kit.optional(f"measure.{stub}"), "BUILT_ON", ())


def measured(stub: str, ask: Ask, seed: int) -> list[Statement]:
    """What can be said about a stub, at most MOST statements. Raises what ``ask`` raises.

    ``ask`` calls probes with the student's code. None if the homework measures nothing, or the code is right.
    """
    module = kit.optional(f"measure.{stub}")
    if module is None:
        return []
    questions = [module.questions(derived_seed(seed, purpose)) for purpose in ("measure", "predict")]
    statements: list[Statement] = []
    seen = [look(each, ask) for each in questions]
    while seen[0] and seen[1]:
        statements = _statements(stub, seen[0], seen[1])
        if statements or not seen[0].unasked:
            break
        seen = [each and look(each.unasked, ask, each) for each in seen]
    return statements


def _statements(stub: str, first: Seen, fresh: Seen) -> list[Statement]:
    """What readings say of ``first`` and ``fresh`` confirms."""
    statements: list[Statement] = []
    ended = False
    for reading in kit.module(f"measure.{stub}").READINGS:
        said = None if ended and not reading.apart else reading.says(first)
        if said is not None and reading.holds(said.values, fresh):
            statements.append(Statement(stub, reading.id, said.values, said.misconception))
            ended = ended or reading.ends
    return statements[:MOST]


def holds(statement: Statement, ask: Ask, seed: int) -> bool:
    """Whether a statement predicts the answers of a stub to the questions of another seed."""
    module = kit.module(f"measure.{statement.stub}")
    reading = next(each for each in module.READINGS if each.id == statement.id)
    seen = look(module.questions(seed), ask, Seen({}, {}, {}))
    return seen is not None and reading.holds(statement.values, seen)


def look(questions: Mapping[str, Question], ask: Ask, before: Seen | None = None) -> Seen | None:
    """Ask questions, the dear ones only if others were asked ``before``; None if what comes back is no list of outcomes."""
    asked = {name: each for name, each in questions.items() if before or not each.dear}
    outcomes = ask([{"probe": each.probe, "arguments": each.arguments} for each in asked.values()])
    sound = isinstance(outcomes, list) and len(outcomes) == len(asked)
    if not sound or not all(isinstance(each, dict) and len(each) == 1 for each in outcomes):
        return None
    found = dict(zip(asked, outcomes, strict=True))
    if before is not None:
        return Seen({**before.questions, **asked}, {**before.outcomes, **found}, {}, before.worked_out)
    return Seen(asked, found, {name: each for name, each in questions.items() if each.dear})


def agree(first: Any, second: Any) -> bool:
    """Whether two readings are the same within rounding. Pictures need not be."""
    if isinstance(first, float) or isinstance(second, float):
        return math.isclose(first, second, rel_tol=CLOSE, abs_tol=CLOSE)
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        keys = {*first, *second} - {"curve"}
        return all(key in first and key in second and agree(first[key], second[key]) for key in keys)
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        return len(first) == len(second) and all(map(agree, first, second))
    return bool(first == second)


def tensor(value: Any, *shape: int) -> Tensor:
    """The finite numbers of a tensor of this shape, in float64. Raises Unclear if it is anything else."""
    if not isinstance(value, Array) or value.data is None or value.shape != shape:
        raise Unclear
    data = value.data.double()
    if not bool(torch.isfinite(data).all()):
        raise Unclear
    return data


def scalar(value: Any) -> float:
    """The number in a 0-dim tensor or a plain number. Raises Unclear for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return float(tensor(value))


def short(number: float, digits: int = 4) -> float:
    """A number as it is said: with a few digits."""
    return float(f"{number:.{digits}g}")


def fit(columns: Sequence[Tensor], y: Tensor, most: int, tolerance: float) -> dict[int, float] | None:
    """The fewest columns whose combination is y within ``tolerance`` of its largest number, with their weights.

    Columns and y have one length. Weights have four digits, so that only a formula that a person could have written
    is found; None if no ``most`` columns suffice.
    """
    table = torch.stack([*columns], dim=1)
    largest = float(y.abs().max())
    if largest < 1e-7:
        return {}
    for count in range(1, most + 1):
        best: tuple[float, list[int], Tensor] | None = None
        for chosen in torch.split(torch.combinations(torch.arange(table.shape[1]), count), 4096):
            parts = table[:, chosen].movedim(0, 1)  # combinations, rows, columns
            weights = torch.linalg.lstsq(parts, y.expand(len(chosen), -1)[..., None]).solution
            off = (parts @ weights)[..., 0].sub(y).abs().amax(1)
            index = int(off.nan_to_num(math.inf).argmin())
            if best is None or float(off[index]) < best[0]:
                best = float(off[index]), chosen[index].tolist(), weights[index, :, 0]
        if best is not None and best[0] <= tolerance * largest:
            return {index: short(float(weight)) for index, weight in zip(best[1], best[2], strict=True)}
    return None


def raising(seen: Seen) -> Iterator[tuple[str, str]]:
    """The questions that met an exception, with its type."""
    for name in seen.questions:
        if (kind := seen.raised(name)) is not None:
            yield name, kind
