"""Stubs that add up: short formulas of single numbers and of batches, and gradients that belong to their value or not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor

from autograder.checks.measured import (
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
from autograder.vae.measure import common

Columns = Mapping[str, Tensor]  # by name: one number for each question
Weights = Mapping[str, float]
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
    "log({0} + {{c}})": lambda value, c: (value + c).log(),
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
    """The first few constants c at which function(c) crosses y, and where it comes nearest, with few digits if these do."""
    off = function(CONSTANTS) - y
    crossed = (off[1:].sign() * off[:-1].sign() <= 0).nonzero()[:3, 0]
    low, high = CONSTANTS[crossed], CONSTANTS[crossed + 1]
    for _ in range(45):
        middle = (low + high) / 2
        beyond = (function(middle) - y) * off[crossed] > 0
        low, high = torch.where(beyond, middle, low), torch.where(beyond, high, middle)
    nearest = CONSTANTS[off.abs().nan_to_num(math.inf).argmin()]
    return [neat(c, EXACT) for c in (*high.tolist(), float(nearest))]


def weighted(weights: Weights, columns: Columns) -> Tensor:
    """The weighted columns added up."""
    zeros = torch.zeros_like(next(iter(columns.values())))
    return torch.stack([zeros, *(weight * columns[name] for name, weight in weights.items())]).sum(0)


def written(weights: Weights, first: Weights) -> str:
    """The weighted terms as text, those of ``first`` in that order before the others."""
    text = ""
    for name in [
        *(name for name in first if name in weights),
        *(name for name in weights if name not in first),
    ]:
        size = abs(weights[name])
        scale = "" if size == 1 and name != "1" else f"{size:.4g}"
        joined = "*".join(filter(None, (scale, "" if name == "1" else name)))
        joined = f"{name}/784" if math.isclose(784 * size, 1, rel_tol=EXACT) else joined
        minus = weights[name] < 0
        text += f" {'-' if minus else '+'} {joined}" if text else ("-" if minus else "") + joined
    return text or "0"


def combination(columns: Columns, y: Tensor, most: int) -> dict[str, float] | None:
    """The fewest columns whose combination is y, by name, with their weights; of equal columns the first counts."""
    kept: dict[str, Tensor] = {}
    for name, column in columns.items():
        scaled = column / column.norm().clamp(min=1e-30)
        if bool(scaled.isfinite().all()) and not any(torch.allclose(scaled, one) for one in kept.values()):
            kept[name] = scaled
    found = fit([columns[name] for name in kept], y, most, 1e-5)
    if not found:
        return None if found is None else {}
    chosen = [[*kept][index] for index in found]
    exact = torch.linalg.lstsq(torch.stack([columns[name] for name in chosen], 1), y[:, None]).solution[:, 0]
    return {name: neat(float(weight)) for name, weight in zip(chosen, exact, strict=True)}


def neat(weight: float, tolerance: float = 5e-6) -> float:
    """A weight with as few digits as rounding allows."""
    return next(
        (c for c in (short(weight, 3), short(weight)) if math.isclose(c, weight, rel_tol=tolerance)),
        short(weight, 7),
    )


def shown(rules: Sequence[tuple[str, ...]], text: str) -> str | None:
    """The known mistake that a formula is: each with patterns. # is any number, ± any sign, … anything."""
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

    weights: Weights
    shape: str = ""
    constant: float = 0.0

    def of(self, columns: Columns, shapes: Mapping[str, Shape]) -> Tensor:
        if self.shape:
            return shapes[self.shape](columns, torch.tensor(self.constant, dtype=torch.float64))
        return weighted(self.weights, columns)


class Rows(NamedTuple):
    """Numbers, what they may be made of, and how the calls are written that brought them."""

    columns: Columns
    y: Tensor
    called: Sequence[str]


@dataclass(frozen=True, eq=False)
class Made:
    """Numbers that should be the column ``total``, which is made of ``parts``; ``rows`` reads them."""

    total: str
    parts: Weights
    shapes: Mapping[str, Shape]
    rows: Callable[[Seen], Rows]
    rules: Sequence[tuple[str, ...]]
    most: int = 3

    @property
    def right(self) -> Law:
        return Law({self.total: 1.0})

    @property
    def asked(self) -> str:
        return written(self.parts, {}) if self.parts else self.total

    def law(self, seen: Seen) -> Law | None:
        """How the numbers are made; None if no short formula tells it."""
        if self not in seen.worked_out:
            seen.worked_out[self] = self.law_of(self.rows(seen))
        found: Law | None = seen.worked_out[self]
        return found

    def law_of(self, rows: Rows) -> Law | None:
        return next((law for law in self._laws(rows) if self.agrees(law, rows)), None)

    def agrees(self, law: Law, rows: Rows) -> bool:
        columns, y, _ = rows
        found = law.of(columns, self.shapes)
        parts = (weight * columns[name] for name, weight in self.expanded(law.weights).items())
        size = torch.stack([torch.zeros_like(y), *parts]).abs().sum(0)
        size = found.abs() + 0.01 * size if law.shape else size
        return near(y, found, size + y.abs(), EXACT if law == self.right else ROUNDING)

    def _laws(self, rows: Rows) -> Iterator[Law]:
        """What the numbers may be made of, the likeliest first."""
        yield self.right
        columns, y, _ = rows
        sizes = (columns[name].abs() for name in (self.total, *self.parts))
        scale = 1 / torch.stack([y.abs(), *sizes]).sum(0).clamp(min=1e-30)
        fair = {name: (scale * column)[:NEAR] for name, column in columns.items()}
        few = {name: column for name, column in fair.items() if "[" not in name}
        fitted = combination(fair, (scale * y)[:NEAR], 1)
        fitted = combination(few, (scale * y)[:NEAR], self.most) if fitted is None else fitted
        if fitted is not None:
            yield Law(self.expanded(fitted) if len(fitted) > 1 else fitted)
        at = int(((y - columns[self.total]).abs() / (columns[self.total].abs() + 1)).argmax())
        row = {name: column[at] for name, column in columns.items()}
        for name, shape in self.shapes.items():
            constants = [0.0]
            if "{c}" in name:
                constants = solved(lambda c, shape=shape: shape(row, c), y[at])  # type: ignore[misc]
            yield from (Law(self.right.weights, name, c) for c in constants)

    def expanded(self, weights: Weights) -> Weights:
        """The total in its parts."""
        if self.total not in weights or not self.parts:
            return weights
        whole = weights[self.total]
        split = {name: weights.get(name, 0.0) + whole * part for name, part in self.parts.items()}
        others = {name: weight for name, weight in weights.items() if name not in {self.total, *split}}
        return {name: neat(each) for name, each in (split | others).items() if abs(each) > 1e-6 * abs(whole)}

    def text(self, law: Law) -> str:
        """A law as a formula."""
        if law.shape:
            return law.shape.format(c=f"{law.constant:.4g}")
        text = written(law.weights, self.parts)
        return (
            text.replace(self.total, f"({self.asked})") if self.parts and self.total in law.weights else text
        )

    def read(self, seen: Seen) -> Said | None:
        law = self.law(seen)
        if law is None or law == self.right:
            return None
        text = self.text(law)
        return Said({**vars(law), "yours": text, "asked": self.asked}, shown(self.rules, text))

    def predicts(self, values: Values, seen: Seen) -> bool:
        return self.agrees(Law(values["weights"], values["shape"], values["constant"]), self.rows(seen))

    def read_other(self, seen: Seen) -> Said | None:
        """The first call whose value is not the total, where no formula tells what it is."""
        if self.law(seen) is not None:
            return None
        columns, y, called = self.rows(seen)
        total = columns[self.total]
        off = (y - total).abs() > 2 * EXACT * (y.abs() + total.abs())
        return Said({"called": called[int(off.int().argmax())]}) if bool(off.any()) else None


def call(function: str, arguments: Mapping[str, Tensor], called: str, *wrt: str, **how: Any) -> Question:
    """A call of a function of vae.loss, with gradients by ``wrt``."""
    return Question("loss", {"function": function, "arguments": arguments, "wrt": [*wrt], **how}, called)


def repeated(question: Question) -> dict[str, Question]:
    """The same call again and again."""
    return {f"again {index}": question for index in range(4)}


def varies(seen: Seen) -> Said | None:
    """The same call gives another value."""
    found = [scalar(common.value_of(seen, f"again {index}")) for index in range(4)]
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


def gradients(id: str, compared: Callable[[Seen, str], Mapping[str, tuple[Tensor, Tensor]]]) -> Reading:
    """Gradients that do not belong to the value, in every such question. ``compared``: own and right ones by argument."""

    def read(seen: Seen) -> Said | None:
        asked = [compared(seen, name) for name in seen.questions if name.startswith("gradient")]
        wrong = [
            {
                name: bool(own.norm() < right.norm())
                for name, (own, right) in each.items()
                if not same(own, right)
            }
            for each in asked
        ]
        if not wrong[0] or any(each != wrong[0] for each in wrong):
            return None
        shows = {("recon_x",): "rec-detached"} | dict.fromkeys(
            [("mu",), ("log_var",), ("mu", "log_var")], "kl-detached"
        )
        return Said(
            {"argument": ", ".join(wrong[0])}, shows.get((*wrong[0],)) if all(wrong[0].values()) else None
        )

    def same(own: Tensor, right: Tensor) -> bool:
        return near(own, right, right.abs() + 0.01 * right.abs().max(), 1e-3)

    return Reading(id, read)


def gradient_of(seen: Seen, question: str, name: str) -> Tensor:
    """A gradient that a question brought, in float64; zeros if none."""
    found = common.part_of(seen.answer(question), "gradients")
    given = seen.given(question)["arguments"][name]
    own = found.get(name) if isinstance(found, dict) else None
    return torch.zeros_like(given).double() if own is None else tensor(own, *given.shape)


@dataclass(frozen=True, eq=False)
class Sum:
    """A stub that adds up a function of two arguments; the value has gradients with respect to those in ``wrt``.

    ``formulas``: others than weighted terms, with a constant {c}. ``sums``: what else a batch may be made of.
    ``pixels``: how many equal pairs the questions for one pair hold.
    """

    function: str
    names: tuple[str, str]
    total: str
    terms: Mapping[str, Pair]
    right: Weights
    formulas: Mapping[str, Shape]
    sums: Callable[[Pair, Tensor, Tensor], dict[str, Tensor]]
    rules: Sequence[tuple[str, ...]]
    wrt: tuple[str, ...]
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

    def columns(self, a: Tensor, b: Tensor, some: Iterable[str]) -> Columns:
        """Some terms of each pair, and the total."""
        found = {name: term(a, b) for name, term in self.terms.items() if name in some or name in self.right}
        return {**found, self.total: weighted(self.right, found)}

    def value(self, law: Law, a: Tensor, b: Tensor) -> Tensor:
        """What the law makes of each pair."""
        some = self.terms if law.shape else law.weights
        return law.of(self.columns(a, b, some), self.pair.shapes)

    def single(self, seen: Seen, begin: str) -> tuple[Tensor, Tensor, Rows]:
        """The arguments of the questions for one pair, with their terms and values."""
        names = [name for name in seen.questions if name.startswith(begin)]
        values = [scalar(common.value_of(seen, name)) / self.pixels for name in names]
        a, b = torch.stack(
            [torch.stack([each[0, 0] for each in self.given(seen, name)]) for name in names], 1
        )
        columns = self.columns(a, b, self.terms)
        return a, b, Rows(columns, torch.tensor(values, dtype=torch.float64), names)

    def pairs(self, seen: Seen) -> Rows:
        return self.single(seen, "one ")[2]

    def batches(self, seen: Seen, law: Law | None = None) -> Rows:
        """Batches of pairs for each of which a law holds; by default the right one."""
        rows, y, called = [], [], []
        first, some = self.names

        def of(a: Tensor, b: Tensor) -> Tensor:
            return self.value(law or self.pair.right, a, b)

        for name in (
            name for name in seen.questions if name.startswith("sum ") and seen.raised(name) is None
        ):
            a, b = self.given(seen, name)
            value, (n, d) = of(a, b), a.shape
            total = value.sum()
            row = {"": total, "/N": total / n, "/D": total / d, "/(N*D)": total / n / d, "*N": total * n}
            for count in (1, 2, 5, 10, 16, 20, 32, 64, 100, 128):
                row[f"({first}[:{count}], {some}[:{count}])"] = value[:count].sum()
                row[f"({first}[:, :{count}], {some}[:, :{count}])"] = value[:, :count].sum()
            rows.append({f"{self.total}{key}": each for key, each in row.items()} | self.sums(of, a, b))
            y.append(scalar(common.value_of(seen, name)))
            called.append(seen.questions[name].called)
        if not rows:
            raise Unclear
        columns = {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
        return Rows(columns, torch.tensor(y, dtype=torch.float64), called)

    def scales(self, seen: Seen) -> bool:
        """Whether batches are the sum over their pairs, or that in another measure."""
        law = self.pair.law(seen)
        if ("scales", self) not in seen.worked_out:
            found = (
                self.batch.law(seen) if law == self.pair.right else self.batch.law_of(self.batches(seen, law))
            )
            names = [] if law is None or found is None or found.shape else [*found.weights]
            plain = len(names) == 1 and re.fullmatch(rf"{self.total}([/*].*)?", names[0])
            seen.worked_out["scales", self] = bool(plain)
        return seen.worked_out["scales", self] is True

    def read_pair(self, seen: Seen) -> Said | None:
        said, law = self.pair.read(seen), self.pair.law(seen)
        if said is None or (
            law and law.shape and self.batch.law(seen) is not None
        ):  # max(KL, c) of the whole batch
            return None
        return said if self.scales(seen) else Said(said.values)

    def read_batch(self, seen: Seen) -> Said | None:
        law = self.pair.law(seen)
        return self.batch.read(seen) if law is None or law == self.pair.right or law.shape else None

    def read_mixes(self, seen: Seen) -> Said | None:
        """The first size of a batch that is no sum of its pairs."""
        return self.batch.read_other(seen) if self.pair.law(seen) == self.pair.right else None

    def read_curve(self, seen: Seen) -> Said | None:
        """Where no short formula was found: values along one argument."""
        if self.pair.law(seen) is not None:
            return None
        a, b, (columns, y, _) = self.single(seen, "along ")
        right = columns[self.total]
        at = int(((y - right).abs() / (right.abs() + 0.1)).argmax())
        if abs(y[at] - right[at]) < 1e-2 * (right[at].abs() + 0.1):
            return None
        along = self.names.index(self.wrt[-1])
        x, yours, asked = ([short(each) for each in some.tolist()] for some in ((a, b)[along], y, right))
        curve = {"along": self.wrt[-1], "x": x, "yours": yours, "asked": asked}
        where = f"{self.names[1 - along]} = {float((a, b)[1 - along][at]):g}, {self.wrt[-1]} = {x[at]:g}"
        return Said({"where": where, "yours": yours[at], "asked": asked[at], "curve": curve})

    def compared(self, seen: Seen, question: str) -> Mapping[str, tuple[Tensor, Tensor]]:
        """The gradients of a question and those of its own value."""
        law = self.pair.law(seen)
        if law is None or not self.scales(seen):
            raise Unclear
        given = [each.requires_grad_() for each in self.given(seen, question)]
        total = self.value(law, *given).sum()
        if not total.requires_grad or not float(total):
            raise Unclear
        scale = scalar(common.value_of(seen, question)) / float(total.detach())
        right = torch.autograd.grad(scale * total, given, materialize_grads=True)
        of = dict(zip(self.names, right, strict=True))
        return {name: (gradient_of(seen, question, name).flatten(1), of[name]) for name in self.wrt}

    def readings(self) -> list[Reading]:
        begin = self.function.split("_")[0]
        return [
            Reading("varies", varies, ends=True),
            Reading(f"{begin}_formula", self.read_pair, self.pair.predicts),
            Reading(f"{begin}_curve", self.read_curve),
            Reading(f"{begin}_batch", self.read_batch, self.batch.predicts),
            Reading("mixes", self.read_mixes),
            gradients("gradient", self.compared),
        ]
