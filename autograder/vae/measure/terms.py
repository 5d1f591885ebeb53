"""Stubs that add up one number for each pair of numbers: what they compute of a pair, of a batch, and their gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

Pair = Callable[[Tensor, Tensor], Tensor]  # one number for each pair of numbers
Weights = Mapping[str, float]
NEAR = 40  # so many of the single pairs are far from the bounds; formulas are fitted to them
EXACT, CLOSE = 1e-4, 1e-3  # relative differences: to what is asked for; to a formula with rounded constants
SHAPES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "max({0}, {1})": lambda value, c: value.maximum(c),
    "min({0}, {1})": lambda value, c: value.minimum(c),
    "max({0} - {1}, 0)": lambda value, c: (value - c).relu(),
    "abs({0} - {1})": lambda value, c: (value - c).abs(),
    "abs({0})": lambda value, c: value.abs() + 0 * c,
    "sqrt({0})": lambda value, c: value.relu().sqrt() + 0 * c,
    "log({0})": lambda value, c: value.log() + 0 * c,
    "log({0} + {1})": lambda value, c: (value + c).log(),
    "{0}^2": lambda value, c: value.square() + 0 * c,
}
NOT_SCALAR = {
    "NoneType": "nothing-returned",
    "tuple": "returns-extra-values",
    "dict": "returns-extra-values",
    "tensor": "loss-not-scalar",
    "float": "loss-not-tensor",
    "numpy": "loss-not-tensor",
}
NONE = 1e9  # no limit
CONSTANTS = torch.logspace(-7, 4, 500, dtype=torch.float64)


def near(y: Tensor, found: Tensor, size: Tensor, tolerance: float = CLOSE) -> bool:
    """Whether y was found, where rounding is a fraction of ``size``."""
    return bool(((y - found).abs() <= tolerance * size + EXACT / 2).all())


def solved(function: Callable[[Tensor], Tensor], y: Tensor, grid: Tensor) -> list[Tensor]:
    """The first few c in the grid's range at which function(c) crosses y."""
    off = function(grid) - y
    found = []
    for start in (off[1:].sign() * off[:-1].sign() <= 0).nonzero()[:3, 0].tolist():
        low, high, below = grid[start], grid[start + 1], off[start]
        for _ in range(45):
            middle = (low + high) / 2
            if (function(middle) - y) * below > 0:
                low = middle
            else:
                high = middle
        found.append(torch.tensor(short(float(high)), dtype=torch.float64))
    nearest = int(off.abs().argmin())  # where the function only touches y, as at its minimum
    return [grid[nearest], *found] if abs(off[nearest]) < 1e-6 * (1 + abs(y)) else found


def shaped(value: Tensor, y: Tensor, size: Tensor) -> Iterator[tuple[str, float]]:
    """The shapes that make y of value, each with its constant. Rounding is a fraction of ``size``."""
    most = int(((y - value).abs() / (value.abs() + 1)).argmax())
    for name, shape in SHAPES.items():
        for c in solved(lambda c, shape=shape: shape(value[most], c), y[most], CONSTANTS):  # type: ignore[misc]
            if near(y, shape(value, c), size):
                yield name, float(c)


def written(weights: Weights, first: Sequence[str] = ()) -> str:
    """The weighted terms as text, those of ``first`` in that order before the others."""
    order = [*first, *(name for name in weights if name not in first)]
    text = ""
    for name in sorted(weights, key=order.index):
        size = abs(weights[name])
        scale = "" if size == 1 and name != "1" else f"{size:.4g}"
        joined = "*".join(filter(None, (scale, "" if name == "1" else name)))
        joined = f"{name}/784" if abs(784 * size - 1) < CLOSE else joined
        minus = weights[name] < 0
        text += f" {'-' if minus else '+'} {joined}" if text else ("-" if minus else "") + joined
    return text or "0"


def combination(columns: Mapping[str, Tensor], y: Tensor, most: int) -> dict[str, float] | None:
    """The fewest columns whose combination is y, by name, with their weights; of equal columns the first counts."""
    kept: dict[str, Tensor] = {}
    for name, column in columns.items():
        scaled = column / column.norm().clamp(min=1e-30)
        if bool(scaled.isfinite().all()) and not any(torch.allclose(scaled, one) for one in kept.values()):
            kept[name] = scaled
    found = fit([columns[name] for name in kept], y, most, 1e-5) if most > 0 else None
    if not found:
        return None if found is None else {}
    chosen = [[*kept][index] for index in found]
    exact = torch.linalg.lstsq(torch.stack([columns[name] for name in chosen], 1), y[:, None]).solution[:, 0]
    return {name: neat(float(weight)) for name, weight in zip(chosen, exact, strict=True)}


def neat(weight: float) -> float:
    """A weight with as few digits as rounding allows."""
    return short(weight) if math.isclose(weight, short(weight), rel_tol=5e-6) else short(weight, 7)


@dataclass(frozen=True)
class Law:
    """What is computed of a pair: weighted terms, of arguments that may be limited, or another formula with a constant."""

    weights: Weights
    limited: str = ""
    low: float = 0.0
    high: float = 0.0
    formula: str = ""
    constant: float = 0.0


def computed(law: Law, columns: Mapping[str, Tensor], total: str) -> Tensor:
    """What a law makes of columns, one of which is the total."""
    if law.formula:
        return SHAPES[law.formula](columns[total], torch.tensor(law.constant, dtype=torch.float64))
    parts = [weight * columns[name] for name, weight in law.weights.items()]
    return torch.stack(parts).sum(0) if parts else 0 * columns[total]


def whole(
    columns: Mapping[str, Tensor], total: str, y: Tensor, most: int, size: Tensor | None = None
) -> Law | None:
    """How y is made of columns: their total, else the fewest of them, else a formula of the total."""
    if near(y, columns[total], columns[total].abs() + y.abs(), EXACT):
        return Law({total: 1.0})
    scale = 1 / (y.abs() + columns[total].abs()).clamp(min=1e-9)
    fair = {name: scale * column for name, column in columns.items()}
    basic = {name: column for name, column in fair.items() if "[" not in name}
    weights = combination(fair, scale * y, min(1, most)) or combination(basic, scale * y, most)
    if weights is not None:
        return Law(weights)
    found = shaped(columns[total], y, y.abs() if size is None else size)
    return next((Law({total: 1.0}, formula=name, constant=c) for name, c in found), None)


def text_of(law: Law, total: str) -> str:
    """A law of totals as a formula."""
    return law.formula.format(total, f"{law.constant:.4g}") if law.formula else written(law.weights, [total])


def call(function: str, arguments: Mapping[str, Tensor], called: str, *wrt: str, **how: Any) -> Question:
    """A call of a function of vae.loss, with gradients by ``wrt``."""
    given = {"function": function, "arguments": arguments, "wrt": [*wrt], **how}
    return Question("loss", given, called)


def repeated(question: Question, *wrt: str) -> dict[str, Question]:
    """The same call again and again: as it is, with seeds, with gradients, without, and by name."""
    given = {**question.arguments, "wrt": [*wrt]}
    seeded = {"seed": 1, "probe": "loss", "arguments": question.arguments}
    return {
        **{f"again {index}": question for index in range(3)},
        **{f"seeded {index}": Question("seeded", seeded, question.called) for index in range(2)},
        **{f"differentiated {index}": Question("loss", given, question.called) for index in range(4)},
        "no_grad": Question("loss", {**question.arguments, "no_grad": True}, "torch.no_grad()"),
    }


def steadiness() -> list[Reading]:
    """Whether the same call gives the same value, and the same gradients."""

    def values(seen: Seen, begin: str, count: int) -> Tensor:
        found = [scalar(common.value_of(seen, f"{begin} {index}")) for index in range(count)]
        return torch.tensor(found, dtype=torch.float64)

    def steady(found: Tensor) -> bool:
        return bool((found.max(0).values - found.min(0).values <= 3e-6 * found.abs().max()).all())

    def varies(seen: Seen, random: bool) -> Said | None:
        again = steady(values(seen, "again", 3)) and steady(values(seen, "differentiated", 4))
        return None if again or steady(values(seen, "seeded", 2)) is not random else Said({})

    def gradient(seen: Seen) -> Said | None:
        if not steady(values(seen, "differentiated", 4)):
            return None
        answers = [common.part_of(seen.answer(f"differentiated {index}"), "gradients") for index in range(4)]
        names = seen.given("differentiated 0")["wrt"]
        for name in names:
            sizes = [_size(answer, name) for answer in answers]
            if max(sizes) - min(sizes) > 1e-2 * max(sizes):
                return Said({"argument": name, "zero": min(sizes) == 0})
        return None

    def no_grad(seen: Seen) -> Said | None:
        trained, tested = (scalar(common.value_of(seen, name)) for name in ("again 0", "no_grad"))
        return None if abs(trained - tested) <= EXACT * (abs(trained) + abs(tested)) else Said({})

    return [
        Reading("random", lambda seen: varies(seen, True), ends=True),
        Reading("varies", lambda seen: varies(seen, False), ends=True),
        Reading("gradient_varies", gradient),
        Reading("no_grad", no_grad),
    ]


def infinite(begin: str, misconception: str) -> Reading:
    """The first question whose value is not finite. ``begin``: which questions show the misconception."""

    def read(seen: Seen) -> Said | None:
        for name, question in seen.questions.items():
            value = None if seen.raised(name) else common.part_of(seen.answer(name), "value")
            data = getattr(value, "data", None)
            if isinstance(data, Tensor) and data.shape == () and not bool(data.isfinite()):
                return Said(
                    {"called": question.called, "value": str(float(data))},
                    misconception if name.startswith(begin) else None,
                )
        return None

    return Reading("infinite", read)


def _size(gradients: Any, name: str) -> float:
    """The largest number of one gradient; 0 if there is none."""
    found = gradients.get(name) if isinstance(gradients, dict) else None
    return 0.0 if found is None else float(tensor(found, *getattr(found, "shape", ())).abs().max())


@dataclass(frozen=True, eq=False)
class Sum:
    """A stub that adds up a function of two arguments.

    ``of_gradients``: further terms of its gradients. ``formulas``: others than weighted terms, with a constant {1}.
    ``ranges``: the values that each argument may be limited to. ``sums``: what else a batch may be made of.
    ``pixels``: how many equal pairs the questions for one pair hold.
    """

    function: str
    names: tuple[str, str]
    total: str
    terms: Mapping[str, Pair]
    right: Weights
    gradients: Mapping[str, str]
    formulas: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]]
    ranges: tuple[Tensor, Tensor]
    sums: Callable[[Pair, Tensor, Tensor], dict[str, Tensor]]
    shows: Callable[[Law], str | None]
    shows_batch: Callable[[Law], str | None]
    of_gradients: Mapping[str, Pair]
    along: str
    detached: str
    pixels: int = 1

    def ask(self, a: Tensor, b: Tensor, called: str, *wrt: str, **how: Any) -> Question:
        return call(self.function, dict(zip(self.names, (a, b), strict=True)), called, *wrt, **how)

    def given(self, seen: Seen, name: str) -> tuple[Tensor, Tensor]:
        """The two arguments of a question, flat: (N, D) in float64."""
        a, b = (seen.given(name)["arguments"][each].double().flatten(1) for each in self.names)
        return a, b

    def pairs(self, seen: Seen, begin: str = "one ") -> tuple[Tensor, Tensor, Tensor]:
        """The arguments and the value of each question for one pair."""
        names = [name for name in seen.questions if name.startswith(begin)]
        given = [self.given(seen, name) for name in names]
        values = [scalar(common.value_of(seen, name)) / self.pixels for name in names]
        a, b = (torch.stack([each[index][0, 0] for each in given]) for index in (0, 1))
        return a, b, torch.tensor(values, dtype=torch.float64)

    def terms_of(self, weights: Weights, a: Tensor, b: Tensor, size: bool = False) -> Tensor:
        """The weighted terms added up; with ``size`` their sizes, of which rounding is a fraction."""
        known = {**self.terms, **self.of_gradients}
        total = torch.zeros_like(a)
        for name, weight in weights.items():
            part = weight * known[name](a, b)
            total = total + (part.abs() if size else part)
        return total

    def computed(self, law: Law, a: Tensor, b: Tensor, size: bool = False) -> Tensor:
        """What the law makes of each pair."""
        if law.formula:
            c = torch.tensor(law.constant, dtype=torch.float64)
            if law.formula in self.formulas:
                found = self.formulas[law.formula](a, b, c)
            else:
                found = SHAPES[law.formula](self.terms_of(self.right, a, b), c)
            return found.abs() + self.terms_of(self.right, a, b, size) if size else found
        if law.limited == self.names[0]:
            a = a.clamp(law.low, law.high)
        elif law.limited:
            b = b.clamp(law.low, law.high)
        return self.terms_of(law.weights, a, b, size)

    def agrees(self, law: Law, seen: Seen, begin: str = "one ") -> bool:
        a, b, y = self.pairs(seen, begin)
        tolerance = CLOSE if law.formula or law.limited else EXACT
        return near(y, self.computed(law, a, b), self.computed(law, a, b, size=True), tolerance)

    def law(self, seen: Seen) -> Law | None:
        """What the stub computes of a single pair; None if no short formula tells it."""
        if self not in seen.worked_out:
            seen.worked_out[self] = next((law for law in self._laws(seen) if self.agrees(law, seen)), None)
        found: Law | None = seen.worked_out[self]
        return found

    def _laws(self, seen: Seen) -> Iterator[Law]:
        """What may be computed of a pair, the likeliest first."""
        a, b, y = self.pairs(seen)
        yield Law(self.right)
        columns = {name: term(a[:NEAR], b[:NEAR]) for name, term in self.terms.items()}
        fitted = combination(columns, y[:NEAR], 5 if len(columns) < 15 else 4)
        bases = [self.right, *([] if fitted is None else [fitted])]
        yield from map(Law, bases)
        for weights in bases:
            for index, name in enumerate(self.names):
                yield from self._limited(weights, index, name, a, b, y)
        for name, constant in shaped(self.terms_of(self.right, a, b), y, y.abs()):
            yield Law(self.right, formula=name, constant=constant)
        worst = int((y - self.terms_of(self.right, a, b)).abs().argmax())
        for name, formula in self.formulas.items():
            at = a[worst], b[worst]
            constants = [torch.tensor(0.0)]
            if "{1}" in name:
                constants = solved(lambda c, f=formula, at=at: f(*at, c), y[worst], CONSTANTS)  # type: ignore[misc]
            for c in constants:
                yield Law(self.right, formula=name, constant=float(c))

    def _limited(
        self, weights: Weights, index: int, name: str, a: Tensor, b: Tensor, y: Tensor
    ) -> Iterator[Law]:
        """The law as if one argument were limited, by what comes out at its smallest and at its largest value."""
        argument = (a, b)[index]
        ends = []
        for at in (int(argument.argmin()), int(argument.argmax())):

            def limit(c: Tensor, at: int = at) -> Tensor:
                return self.terms_of(
                    weights, *((c, b[at].expand_as(c)) if index == 0 else (a[at].expand_as(c), c))
                )

            ends.append([torch.tensor(NONE), *solved(limit, y[at], self.ranges[index])])
        for low in map(float, (-ends[0][0], *ends[0][1:])):
            yield from (Law(weights, name, low, float(high)) for high in ends[1] if low <= float(high))

    def text(self, law: Law) -> str:
        """The law as a formula."""
        if law.formula:
            return law.formula.format(self.total, f"{law.constant:.4g}")
        text = written(law.weights, [*self.right])
        ratios = {law.weights.get(name, 0) / weight for name, weight in self.right.items()}
        if law.weights.keys() == self.right.keys() and max(ratios) - min(ratios) < CLOSE * abs(max(ratios)):
            ratio = max(ratios)
            scale = "1/784" if abs(784 * ratio - 1) < CLOSE else f"{ratio:.4g}"
            text = text if ratio == 1 else f"{scale}*({written(self.right)})" if ratio != -1 else text
        if law.limited:
            name = law.limited
            name = name if law.low == -NONE else f"max({name}, {law.low:.4g})"
            name = name if law.high == NONE else f"min({name}, {law.high:.4g})"
            text = text.replace(law.limited, name)
        return text

    def read_pair(self, seen: Seen) -> Said | None:
        law = self.law(seen)
        if law is None or law == Law(self.right) or self.of_whole(seen):
            return None
        shows = self.shows(law) if self.plain(law, seen) else None
        return Said({"law": vars(law), "yours": self.text(law), "asked": written(self.right)}, shows)

    def plain(self, law: Law, seen: Seen) -> bool:
        """Whether a batch of different pairs is made of what its pairs come to."""
        found = self.batch(seen, law)
        return found is not None and all(name.startswith(self.total) for name in found.weights)

    def read_curve(self, seen: Seen) -> Said | None:
        """Where no short formula was found: values along one argument."""
        if self.law(seen) is not None:
            return None
        a, b, y = self.pairs(seen, "along ")
        right = self.terms_of(self.right, a, b)
        off = (y - right).abs() / (right.abs() + 0.1)
        at = int(off.argmax())
        if off[at] < 1e-2:
            return None
        argument = self.along
        x = (a, b)[self.names.index(argument)]
        yours, asked = ([short(each) for each in some.tolist()] for some in (y, right))
        curve = {"along": argument, "x": [short(each) for each in x.tolist()], "yours": yours, "asked": asked}
        other = next(name for name in self.names if name != argument)
        where = f"{other} = {float((b, a)[self.names.index(argument)][at]):.4g}, {argument} = {curve['x'][at]:.4g}"
        return Said({"where": where, "yours": yours[at], "asked": asked[at], "curve": curve})

    def _batches(self, seen: Seen, size: str = "") -> dict[str, Tensor]:
        """The values of the questions for a batch of one size, or of all."""
        some = [name for name in seen.questions if name.startswith(f"sum {size}")]
        names = [name for name in some if seen.raised(name) is None]
        if not names:
            raise Unclear
        return {n: torch.tensor(scalar(common.value_of(seen, n)), dtype=torch.float64) for n in names}

    def columns(self, law: Law, seen: Seen, names: Sequence[str]) -> dict[str, Tensor]:
        """What a batch may be made of: its sum over pairs, that of some of the pairs, and so on."""

        def of(a: Tensor, b: Tensor) -> Tensor:
            return self.computed(law, a, b)

        rows = []
        for name in names:
            a, b = self.given(seen, name)
            value, (n, d) = of(a, b), a.shape
            total = value.sum()
            sums = {self.total: total, f"{self.total}/N": total / n, f"{self.total}/D": total / d}
            sums |= {f"{self.total}/(N*D)": total / n / d, f"{self.total}*N": total * n}
            for count in (1, 2, 5, 10, 16, 20, 32, 64, 100, 128):
                first, some = self.names
                sums[f"{self.total}({first}[:{count}], {some}[:{count}])"] = value[:count].sum()
                sums[f"{self.total}({first}[:, :{count}], {some}[:, :{count}])"] = value[:, :count].sum()
            last = f"{self.total}({self.names[0]}[-1], {self.names[1]}[-1])"
            rows.append({**sums, last: value[-1].sum(), **self.sums(of, a, b)})
        return {name: torch.stack([row[name] for row in rows]) for name in rows[0]}

    def batch(self, seen: Seen, law: Law, size: str = "") -> Law | None:
        """What batches of different pairs come to, those of one size or all."""
        known = self, size, str(law)
        if known not in seen.worked_out:
            values = self._batches(seen, size)
            y = torch.stack([*values.values()])
            columns = self.columns(law, seen, [*values])
            seen.worked_out[known] = whole(columns, self.total, y, min(2, len(y) - 2) if size else 3)
        found: Law | None = seen.worked_out[known]
        return found

    def of_whole(self, seen: Seen) -> bool:
        """Whether a formula of single pairs is one of whole batches: max(KL, c) of the sum, not of each."""
        law = self.law(seen)
        found = self.batch(seen, Law(self.right)) if law and law.formula in SHAPES else None
        return found is not None and law is not None and found.formula == law.formula

    def read_batch(self, own: bool) -> Callable[[Seen], Said | None]:
        """What a batch is made of: of what is computed of its pairs (``own``), else of what should be."""

        def read(seen: Seen) -> Said | None:
            right = Law(self.right)
            law = None if self.of_whole(seen) else self.law(seen)
            if own != (law is not None and (law == right or self.batch(seen, law) is not None)):
                return None
            base = law if own and law else right
            found = self.batch(seen, base)
            if found is None or found == Law({self.total: 1.0}):
                return None
            values = {"law": vars(base), "batch": vars(found), "yours": text_of(found, self.total)}
            return Said({**values, "asked": self.total}, self.shows_batch(found))

        return read

    def predicts_batch(self, values: Values, seen: Seen) -> bool:
        batches = self._batches(seen, values.get("size", ""))
        columns = self.columns(Law(**values["law"]), seen, [*batches])
        found = computed(Law(**values["batch"]), columns, self.total)
        y = torch.stack([*batches.values()])
        law = Law(**values["law"])
        tolerance = CLOSE if law.formula or law.limited or values["batch"]["formula"] else 3e-5
        return near(y, found, columns[self.total].abs() + y.abs(), tolerance)

    def read_size(self, seen: Seen) -> Said | None:
        """The first size of a batch for which another sum of pairs comes out."""
        law = self.law(seen)
        sizes = dict.fromkeys(name.rsplit(" ", 1)[0].removeprefix("sum ") for name in self._batches(seen))
        if law is None or self.batch(seen, law) is not None or self.of_whole(seen):
            return None
        for size in sizes:
            found = self.batch(seen, law, size + " ")
            if found is not None and found != Law({self.total: 1.0}):
                called = seen.questions[f"sum {size} 0"].called
                values = {"law": vars(law), "batch": vars(found), "size": size + " ", "called": called}
                return Said({**values, "yours": text_of(found, self.total), "asked": self.total})
        return None

    def read_mixes(self, seen: Seen) -> Said | None:
        """The first size of a batch that is no sum of its pairs."""
        law = self.law(seen)
        if law is None or self.batch(seen, law) is not None or self.of_whole(seen) or self.read_size(seen):
            return None
        batches = self._batches(seen)
        totals = self.columns(law, seen, [*batches])[self.total]
        for (name, y), total in zip(batches.items(), totals, strict=True):
            if abs(y - total) > 2e-4 * (abs(y) + abs(total)):
                called = seen.questions[name].called
                return Said({"law": vars(law), "size": name.rsplit(" ", 1)[0][4:] + " ", "called": called})
        return None

    def predicts_mixes(self, values: Values, seen: Seen) -> bool:
        batches = self._batches(seen, values["size"])
        y = torch.stack([*batches.values()])
        total = self.columns(Law(**values["law"]), seen, [*batches])[self.total]
        return bool(((y - total).abs() > 2e-4 * (y.abs() + total.abs())).any())

    def read_gradient(self, seen: Seen) -> Said | None:
        """A gradient that is not that of its own value."""
        law, answer = self.law(seen), seen.answer("gradient")
        plain = None if law is None else self.batch(seen, law)
        if law is None or plain is None or len(plain.weights) != 1 or plain.formula:
            return None
        given = [each.requires_grad_() for each in self.given(seen, "gradient")]
        a, b = given
        value = self.computed(law, a, b)
        scale = scalar(common.part_of(answer, "value")) / float(value.detach().sum())
        right = torch.autograd.grad(scale * value.sum(), given, materialize_grads=True)
        found = common.part_of(answer, "gradients")
        for name, asked in self.gradients.items():
            index = self.names.index(name)
            expected = right[index]
            own = found.get(name) if isinstance(found, dict) else None
            own = torch.zeros_like(expected) if own is None else tensor(own, *expected.shape)
            if near(own, expected, expected.abs().clamp(min=0.1 * abs(scale))):
                continue
            flat = [each.detach().flatten() for each in given]
            known = {**self.terms, **self.of_gradients}
            weights = combination({term: known[term](*flat) for term in known}, own.flatten(), 3)
            if weights is None or (weights and abs(scale - 1) > CLOSE):
                return None
            return Said(
                {"argument": name, "weights": weights, "yours": written(weights), "asked": asked},
                self.detached,
            )
        return None

    def predicts_gradient(self, values: Values, seen: Seen) -> bool:
        found = common.part_of(seen.answer("gradient"), "gradients")
        a, b = self.given(seen, "gradient")
        own = found.get(values["argument"]) if isinstance(found, dict) else None
        own = torch.zeros_like(a) if own is None else tensor(own, *a.shape)
        return near(own, self.terms_of(values["weights"], a, b), self.terms_of(values["weights"], a, b, True))

    def readings(self) -> list[Reading]:
        begin = self.function.split("_")[0]
        return [
            *steadiness(),
            Reading(
                f"{begin}_formula",
                self.read_pair,
                lambda values, seen: self.agrees(Law(**values["law"]), seen),
            ),
            Reading(f"{begin}_curve", self.read_curve),
            Reading(f"{begin}_sum", self.read_batch(own=True), self.predicts_batch),
            Reading(f"{begin}_total", self.read_batch(own=False), self.predicts_batch),
            Reading("size", self.read_size, self.predicts_batch),
            Reading("mixes", self.read_mixes, self.predicts_mixes),
            Reading("gradient", self.read_gradient, self.predicts_gradient),
        ]
