"""Stubs that add up: short formulas of single numbers and of batches, and gradients that belong to the value or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import (
    Question,
    Reading,
    Said,
    Seen,
    Unclear,
    scalar,
    short,
    tensor,
)
from autograder.vae.measure import common
from autograder.vae.measure.formulas import (
    Columns,
    Law,
    Made,
    Pair,
    Rows,
    Rules,
    Shape,
    near,
    shapes_of,
    stacked,
    weighted,
)

NOT_SCALAR = {
    **dict.fromkeys(("tuple", "dict", "list"), "returns-extra-values"),
    **dict.fromkeys(("float", "numpy"), "loss-not-tensor"),
    "NoneType": "nothing-returned",
    "tensor": "loss-not-scalar",
}


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
