# Generated from the grader's readings: a change here would be overwritten.
"""Stubs that add up: short formulas of single numbers and of batches, and gradients that belong to the value or not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor

from vae.desk.measured.measured import (
    Question,
    Reading,
    Said,
    Seen,
    Unclear,
    Values,
    fit,
    scalar,
    short,
    tensor,
)
from vae.desk.measured import common

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
NOT_SCALAR = {
    **dict.fromkeys(("tuple", "dict", "list"), "returns-extra-values"),
    **dict.fromkeys(("float", "numpy"), "loss-not-tensor"),
    "NoneType": "nothing-returned",
    "tensor": "loss-not-scalar",
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


def call(function: str, arguments: Mapping[str, Tensor], called: str, *wrt: str, **how: Any) -> Question:
    """A question about a function of vae.loss, with gradients by ``wrt``."""
    return Question("loss", {"function": function, "arguments": arguments, "wrt": [*wrt], **how}, called)


def varies(seen: Seen) -> Said | None:
    """The same call gives another value."""
    found = [scalar(common.value_of(seen, name)) for name in seen.questions if name.startswith("again ")]
    return Said({}) if max(found) - min(found) > 3e-6 * max(map(abs, found)) else None


def infinite(names: Sequence[str], misconception: str) -> Reading:
    """The first of these questions whose value is not finite."""

    def read(seen: Seen) -> Said | None:
        for name in names:
            data = getattr(common.value_of(seen, name), "data", None)
            if isinstance(data, Tensor) and data.shape == () and not bool(data.isfinite()):
                return Said({"called": seen.questions[name].called}, misconception)
        return None

    return Reading("infinite", read)


def gradients(id: str, right: Callable[[Seen, str], Columns]) -> Reading:
    """Arguments whose gradients differ from the right ones at every such question."""

    def off(seen: Seen, question: str) -> dict[str, bool]:
        """The arguments with another gradient, and whether it is one of which a part is missing."""
        pairs = {
            name: (gradient_of(seen, question, name), each) for name, each in right(seen, question).items()
        }
        return {
            name: bool(own.norm() < 0.9 * each.norm())
            for name, (own, each) in pairs.items()
            if not near(own, each, each.abs() + 0.01 * each.abs().max(), 1e-3)
        }

    def read(seen: Seen) -> Said | None:
        wrong, *others = (off(seen, name) for name in seen.questions if name.startswith("gradient"))
        if not wrong or any(each != wrong for each in others):
            return None
        shows = (
            "rec-detached" if [*wrong] == ["recon_x"] else "kl-detached" if "recon_x" not in wrong else None
        )
        return Said({"argument": ", ".join(wrong)}, shows if all(wrong.values()) else None)

    return Reading(id, read)


def gradient_of(seen: Seen, question: str, name: str) -> Tensor:
    """A gradient that a question brought, flat, in float64; zeros if none."""
    found = common.part_of(seen.answer(question), "gradients")
    given = seen.given(question)["arguments"][name]
    own = found.get(name) if isinstance(found, dict) else None
    return (torch.zeros_like(given).double() if own is None else tensor(own, *given.shape)).flatten(1)


@dataclass(frozen=True, eq=False)
class Sum:
    """A stub that adds up a function of two arguments, with its gradients.

    ``formulas``: others than weighted terms, with a constant {c}. ``sums``: what else a batch may be made of.
    ``pixels``: how many equal pairs the questions for one pair hold.
    """

    function: str
    names: tuple[str, str]
    total: str
    terms: Mapping[str, Pair]
    right: Mapping[str, float]
    formulas: Mapping[str, Shape]
    sums: Callable[[Pair, Tensor, Tensor], dict[str, Tensor]]
    rules: Rules
    gradients: Mapping[str, Pair]
    pixels: int = 1

    @cached_property
    def pair(self) -> Made:
        shapes = {**shapes_of(self.total), **self.formulas}
        return Made(self.total, self.right, shapes, self.pairs, self.rules, 5 if len(self.terms) < 15 else 4)

    @cached_property
    def batch(self) -> Made:
        return Made(self.total, {}, shapes_of(self.total), self.batches, self.rules)

    def ask(self, a: Tensor, b: Tensor, called: str, *wrt: str) -> Question:
        return call(self.function, dict(zip(self.names, (a, b), strict=True)), called, *wrt)

    def given(self, seen: Seen, name: str) -> tuple[Tensor, Tensor]:
        """The two arguments of a question, flat: (N, D) in float64."""
        a, b = (seen.given(name)["arguments"][each].double().flatten(1) for each in self.names)
        return a, b

    def columns(self, a: Tensor, b: Tensor, some: Collection[str]) -> Columns:
        """Some terms of each pair, and the total."""
        found = {name: term(a, b) for name, term in self.terms.items() if name in some or name in self.right}
        return {**found, self.total: weighted(self.right, found)}

    def value(self, law: Law, a: Tensor, b: Tensor) -> Tensor:
        """What the law makes of each pair."""
        return law.of(self.columns(a, b, self.terms if law.shape else law.weights), self.pair.shapes)

    def pairs(self, seen: Seen, begin: str = "one ") -> Rows:
        """The questions for one pair, with its terms."""
        names = [name for name in seen.questions if name.startswith(begin)]
        values = [scalar(common.value_of(seen, name)) / self.pixels for name in names]
        a, b = (
            torch.cat(each)[:, 0] for each in zip(*(self.given(seen, name) for name in names), strict=True)
        )
        return self.columns(a, b, self.terms), torch.tensor(values, dtype=torch.float64), names

    def batches(self, seen: Seen, law: Law | None = None) -> Rows:
        """Batches of pairs for each of which a law holds; by default the right one."""
        names = [name for name in seen.questions if name.startswith("sum ") and seen.raised(name) is None]
        values = [scalar(common.value_of(seen, name)) for name in names]
        columns = stacked([self.made_of(law or self.pair.right, *self.given(seen, name)) for name in names])
        return (
            columns,
            torch.tensor(values, dtype=torch.float64),
            [seen.questions[name].called for name in names],
        )

    def made_of(self, law: Law, a: Tensor, b: Tensor) -> Columns:
        """What a batch may be made of: the sum over its pairs, that of some of them, and so on."""
        value, (n, d), (first, second) = self.value(law, a, b), a.shape, self.names
        total = value.sum()
        row = {"": total, "/N": total / n, "*N": total * n}
        if self.pixels == 1:
            row |= {"/D": total / d, "/(N*D)": total / n / d}
        for count in (1, 2, 5, 10, 16, 20, 32, 64, 100, 128):
            row[f"({first}[:{count}], {second}[:{count}])"] = value[:count].sum()
            row[f"({first}[:, :{count}], {second}[:, :{count}])"] = value[:, :count].sum()
        return {self.total + key: each for key, each in row.items()} | self.sums(
            partial(self.value, law), a, b
        )

    def read_pair(self, seen: Seen) -> Said | None:
        said, law, batch = self.pair.read(seen), self.pair.law(seen), self.batch.law(seen)
        if said is None or law is None or (law.shape and batch and batch.shape):
            return None  # max(KL, c) of a whole batch is not one of each element
        whole = self.batch.law_of(self.batches(seen, law))
        scaled = whole is not None and all(re.match(rf"{self.total}(/|\*|$)", name) for name in whole.weights)
        return said if scaled else Said(said.values)

    def read_batch(self, seen: Seen) -> Said | None:
        law = self.pair.law(seen)
        return self.batch.read(seen) if law is None or law == self.pair.right or law.shape else None

    def read_mixes(self, seen: Seen) -> Said | None:
        return self.batch.read_other(seen) if self.pair.law(seen) == self.pair.right else None

    def read_curve(self, seen: Seen) -> Said | None:
        """Where no short formula was found: values along one argument."""
        if self.pair.law(seen) is not None:
            return None
        along, other = sorted(self.names, key=[*[*self.gradients][::-1], *self.names].index)
        columns, y, names = self.pairs(seen, "along ")
        right = columns[self.total]
        off = (y - right).abs() / (right.abs() + 0.1)
        at = int(off.argmax())
        if off[at] < 1e-2:
            return None
        given = [
            {each: float(seen.given(name)["arguments"][each].flatten()[0]) for each in self.names}
            for name in names
        ]
        yours, asked = ([short(each) for each in some.tolist()] for some in (y, right))
        curve = {"along": along, "x": [short(each[along]) for each in given], "yours": yours, "asked": asked}
        where = f"{other} = {given[at][other]:g}, {along} = {given[at][along]:.4g}"
        return Said({"where": where, "yours": yours[at], "asked": asked[at], "curve": curve})

    def right_gradients(self, seen: Seen, question: str) -> Columns:
        """The gradients of a value that is right."""
        if self.pair.law(seen) != self.pair.right or self.batch.law(seen) != self.batch.right:
            raise Unclear
        return {name: of(*self.given(seen, question)) for name, of in self.gradients.items()}

    def readings(self) -> list[Reading]:
        begin = self.function.split("_")[0]
        return [
            Reading("varies", varies, ends=True),
            Reading(f"{begin}_formula", self.read_pair, self.pair.predicts),
            Reading(f"{begin}_curve", self.read_curve),
            Reading(f"{begin}_batch", self.read_batch, self.batch.predicts),
            Reading("mixes", self.read_mixes, self.batch.predicts_other),
            gradients("gradient", self.right_gradients),
        ]
