"""What values are made of: weighted terms, or one of a few shapes with a constant."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.checks.measured import (
    Said,
    Seen,
    Unclear,
    Values,
    fit,
    short,
)

Columns = Mapping[str, Tensor]  # by name: one number for each question
Rows = tuple[
    Columns, Tensor, list[str]
]  # what the values may be made of, the values, how the calls are written
Rules = Sequence[tuple[str, ...]]  # a misconception with the formulas that show it
Pair = Callable[[Tensor, Tensor], Tensor]  # one number for each pair of numbers
Shape = Callable[[Columns, Tensor], Tensor]  # of columns and a constant
NEAR = 40  # so many of the single pairs are far from the bounds; weights are fitted to them
EXACT, ROUNDING = 1e-4, 3e-5  # relative differences: to what is asked for; to another formula
CONSTANTS = torch.logspace(-7, 4, 500, dtype=torch.float64)
SHAPES: Mapping[str, Pair] = {
    "max({0}, {{c}})": lambda value, c: value.maximum(c),
    "min({0}, {{c}})": lambda value, c: value.minimum(c),
    "max({0} - {{c}}, 0)": lambda value, c: (value - c).relu(),
    "abs({0} - {{c}})": lambda value, c: (value - c).abs(),
    "sqrt({0})": lambda value, c: value.relu().sqrt(),
    "log({0})": lambda value, c: value.log(),
    "{0}^2": lambda value, c: value.square(),
}


def shapes_of(name: str, plus: str = "") -> dict[str, Shape]:
    """The shapes of one column, with another added."""

    def of(shape: Pair) -> Shape:
        return lambda columns, c: shape(columns[name], c) + (columns[plus] if plus else 0)

    begin = f"{plus} + " if plus else ""
    return {begin + text.format(name): of(shape) for text, shape in SHAPES.items()}


def near(y: Tensor, found: Tensor, size: Tensor, tolerance: float) -> bool:
    """Whether y was found, each within a fraction of its size."""
    return bool(((y - found).abs() <= tolerance * size).all())


def solved(function: Callable[[Tensor], Tensor], y: Tensor) -> list[float]:
    """The first few constants c at which function(c) crosses y, and where it comes nearest."""
    off = function(CONSTANTS) - y
    crossed = (off[1:].sign() * off[:-1].sign() <= 0).nonzero()[:3, 0]
    low, high = CONSTANTS[crossed], CONSTANTS[crossed + 1]
    for _ in range(45):
        middle = (low + high) / 2
        beyond = (function(middle) - y) * off[crossed] > 0
        low, high = torch.where(beyond, middle, low), torch.where(beyond, high, middle)
    nearest = CONSTANTS[off.abs().nan_to_num(math.inf).argmin()]
    return [neat(c, EXACT) for c in (*high.tolist(), float(nearest))]


def neat(weight: float, tolerance: float = 5e-6) -> float:
    """A weight with as few digits as rounding allows."""
    rounded = (short(weight, digits) for digits in (3, 4))
    return next((each for each in rounded if math.isclose(each, weight, rel_tol=tolerance)), short(weight, 7))


def weighted(weights: Mapping[str, float], columns: Columns) -> Tensor:
    """The weighted columns added up."""
    zeros = torch.zeros_like(next(iter(columns.values())))
    return torch.stack([zeros, *(weight * columns[name] for name, weight in weights.items())]).sum(0)


def written(weights: Mapping[str, float]) -> str:
    """The weighted terms as text."""
    text = ""
    for name, weight in weights.items():
        size = abs(weight)
        joined = f"{size:.4g}" if name == "1" else name if size == 1 else f"{size:.4g}*{name}"
        joined = f"{name}/784" if math.isclose(784 * size, 1, rel_tol=EXACT) else joined
        text += f" {'-' if weight < 0 else '+'} {joined}" if text else ("-" if weight < 0 else "") + joined
    return text or "0"


def combination(columns: Columns, y: Tensor, most: int) -> dict[str, float] | None:
    """The fewest columns whose combination is y, by name, with their weights; of equal columns the first counts."""
    kept = {name: column for name, column in columns.items() if bool(column.isfinite().all())}
    found = fit([*kept.values()], y, most, 1e-5)
    if not found:
        return None if found is None else {}
    chosen = [[*kept][index] for index in found]
    exact = torch.linalg.lstsq(torch.stack([kept[name] for name in chosen], 1), y[:, None]).solution[:, 0]
    return {name: neat(float(weight)) for name, weight in zip(chosen, exact, strict=True)}


def shown(rules: Rules, text: str) -> str | None:
    """The known mistake that a formula is. In rules # is any number, ± any sign or none, … anything."""
    wild = {"\\#": r"[\d.e-]+", "±": "[-+]?", "…": ".*"}
    for misconception, *patterns in rules:
        for pattern in map(re.escape, patterns):
            for sign, regex in wild.items():
                pattern = pattern.replace(sign, regex)
            if re.fullmatch(pattern, text):
                return misconception
    return None


@dataclass(frozen=True)
class Law:
    """What is computed: weighted columns, or a shape with a constant."""

    weights: Mapping[str, float]
    shape: str = ""
    constant: float = 0.0

    def of(self, columns: Columns, shapes: Mapping[str, Shape]) -> Tensor:
        if self.shape:
            return shapes[self.shape](columns, torch.tensor(self.constant, dtype=torch.float64))
        return weighted(self.weights, columns)


@dataclass(frozen=True, eq=False)
class Made:
    """Values that should be the column ``total``, the sum of ``parts``; ``rows`` reads them.

    Formulas have at most so many terms.
    """

    total: str
    parts: Mapping[str, float]
    shapes: Mapping[str, Shape]
    rows: Callable[[Seen], Rows]
    rules: Rules
    most: int = 3

    @property
    def right(self) -> Law:
        return Law({self.total: 1.0})

    def law(self, seen: Seen) -> Law | None:
        """How the values are made; None if no short formula tells it."""
        if self not in seen.worked_out:
            seen.worked_out[self] = self.law_of(self.rows(seen))
        found: Law | None = seen.worked_out[self]
        return found

    def law_of(self, rows: Rows) -> Law | None:
        return next((law for law in self._laws(rows) if self.agrees(law, rows)), None)

    def agrees(self, law: Law, rows: Rows) -> bool:
        columns, y, _ = rows
        found, sizes = law.of(columns, self.shapes), {name: column.abs() for name, column in columns.items()}
        if self.parts:
            sizes[self.total] = weighted({name: abs(part) for name, part in self.parts.items()}, sizes)
        size = weighted({name: abs(weight) for name, weight in law.weights.items()}, sizes)
        size = found.abs() + 0.03 * size if law.shape else size
        return near(y, found, size + size.median() + y.abs(), EXACT if law == self.right else ROUNDING)

    def _laws(self, rows: Rows) -> Iterator[Law]:
        """What the values may be made of, the likeliest first."""
        yield self.right
        columns, y, _ = rows
        total = columns[self.total]
        scale = 1 / (
            y.abs() + weighted(dict.fromkeys(self.parts or [self.total], 1.0), columns).abs() + 1e-30
        )
        fair = {name: (scale * column)[:NEAR] for name, column in columns.items()}
        few = {
            name: fair[name] for name in fair if "[" not in name and not (self.parts and name == self.total)
        }
        for some, most in ((fair, 1), (few, self.most)):
            fitted = combination(some, (scale * y)[:NEAR], most)
            if fitted is not None:
                yield Law(fitted)
                break
        at = int(((y - total).abs() / (total.abs() + 1)).argmax())
        row = {name: column[at] for name, column in columns.items()}
        for name, shape in self.shapes.items():
            constants = [0.0]
            if "{c}" in name:
                constants = solved(lambda c, shape=shape: shape(row, c), y[at])  # type: ignore[misc]
            yield from (Law(self.right.weights, name, c) for c in constants)

    def read(self, seen: Seen) -> Said | None:
        law, asked = self.law(seen), written(self.parts) if self.parts else self.total
        if law is None or law == self.right:
            return None
        text = law.shape.format(c=f"{law.constant:.4g}") if law.shape else written(law.weights)
        if self.parts and self.total in law.weights and not law.shape:
            text = text.replace(self.total, f"({asked})")
        return Said({**vars(law), "yours": text, "asked": asked}, shown(self.rules, text))

    def predicts(self, values: Values, seen: Seen) -> bool:
        return self.agrees(Law(values["weights"], values["shape"], values["constant"]), self.rows(seen))

    def _off(self, seen: Seen) -> dict[str, float]:
        """How far a value of each call is from the total at most, relatively."""
        columns, y, called = self.rows(seen)
        total = columns[self.total]
        off = (y - total).abs() / (y.abs() + total.abs()).clamp(min=1e-30)
        return dict(sorted(zip(called, off.tolist(), strict=True), key=lambda each: each[1]))

    def read_other(self, seen: Seen) -> Said | None:
        """The call whose value is furthest from the total, where no formula tells what it is."""
        called, off = max(self._off(seen).items(), key=lambda each: each[1])
        return Said({"called": called}) if off > 2 * EXACT and self.law(seen) is None else None

    def predicts_other(self, values: Values, seen: Seen) -> bool:
        return self._off(seen)[values["called"]] > 2 * EXACT and self.law(seen) is None


def stacked(rows: Sequence[Columns]) -> Columns:
    """One column for each name of the rows. Raises Unclear if there are none."""
    if not rows:
        raise Unclear
    return {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
