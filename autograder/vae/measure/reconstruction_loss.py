"""What reconstruction_loss computes of each pixel, how it adds them up, and whether its gradient belongs to its value."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from autograder.checks.measured import Question
from autograder.vae.checks.inputs import LEAST, Draw
from autograder.vae.measure import common
from autograder.vae.measure.terms import NEAR, NOT_SCALAR, Law, Pair, Sum, infinite, repeated

EDGE = math.log(LEAST / (1 - LEAST))
IMAGE, FLAT = (1, 28, 28), (784,)
SIZES = {
    (1, IMAGE): 2,
    (2, FLAT): 2,
    (3, IMAGE): 3,
    (1, FLAT): 2,
    (5, FLAT): 2,
    (7, IMAGE): 2,
    (20, IMAGE): 2,
}
LARGE = 131


def _log(value: Tensor) -> Tensor:
    return value.log().clamp(min=-100)


def _bce(recon_x: Tensor, x: Tensor) -> Tensor:
    return -(x * _log(recon_x) + (1 - x) * _log(1 - recon_x))


TERMS: Mapping[str, Pair] = {
    "x*log(recon_x)": lambda r, x: x * r.log(),
    "(1-x)*log(1-recon_x)": lambda r, x: (1 - x) * (1 - r).log(),
    "(1-x)*log(recon_x)": lambda r, x: (1 - x) * r.log(),
    "x*log(1-recon_x)": lambda r, x: x * (1 - r).log(),
    "1": lambda r, x: torch.ones_like(r),
    "(x-recon_x)^2": lambda r, x: (x - r).square(),
    "abs(x-recon_x)": lambda r, x: (x - r).abs(),
    "recon_x*max(log(x), -100)": lambda r, x: r * _log(x),
    "(1-recon_x)*max(log(1-x), -100)": lambda r, x: (1 - r) * _log(1 - x),
    "x*log(x)": lambda r, x: torch.special.xlogy(x, x),
    "(1-x)*log(1-x)": lambda r, x: torch.special.xlogy(1 - x, 1 - x),
    "log(1 + exp(recon_x))": lambda r, x: torch.nn.functional.softplus(r),
    "x*recon_x": lambda r, x: x * r,
    "recon_x": lambda r, x: r,
    "x": lambda r, x: x,
    "recon_x^2": lambda r, x: r.square(),
    "x^2": lambda r, x: x.square(),
    "x^2*log(recon_x)": lambda r, x: x.square() * r.log(),
    "x*(1-x)*log(1-recon_x)": lambda r, x: x * (1 - x) * (1 - r).log(),
}
OF_GRADIENTS: Mapping[str, Pair] = {
    "x/recon_x": lambda r, x: x / r,
    "(1-x)/(1-recon_x)": lambda r, x: (1 - x) / (1 - r),
}
RIGHT = {"x*log(recon_x)": -1.0, "(1-x)*log(1-recon_x)": -1.0}
FORMULAS = {
    "-x*log(recon_x + {1}) - (1-x)*log(1-recon_x + {1})": lambda r, x, c: (
        -(x * (r + c).log() + (1 - x) * (1 - r + c).log())
    ),
    "-round(x)*log(recon_x) - (1-round(x))*log(1-recon_x)": lambda r, x, c: _bce(r, (x > 0.5).double()),
    "-x*max(log(round(recon_x)), -100) - (1-x)*max(log(1-round(recon_x)), -100)": lambda r, x, c: _bce(
        r.round(), x
    ),
}


def questions(seed: int) -> dict[str, Question]:
    """Images of equal pixels, batches of different ones, recon_x at its bounds, and some calls again."""
    draw = Draw(seed)
    recon = torch.cat(
        [
            draw.uniform("r", 0.05, 0.95, NEAR),
            torch.sigmoid(draw.log_var("far", EDGE, -EDGE, 24)).clamp(LEAST, 1 - LEAST),
        ]
    )
    x = torch.cat([draw.uniform("x", 0.05, 0.95, NEAR), draw.uniform("far x", -0.3, 1.3, 24).clamp(0, 1)])
    x[NEAR], x[NEAR + 1] = 0, 1
    asked = {f"one {i}": _equal(recon[i], x[i]) for i in range(len(x))}
    for index, at in enumerate(torch.sigmoid(torch.linspace(EDGE, -EDGE, 19)).clamp(LEAST, 1 - LEAST)):
        asked[f"along {index}"] = _equal(at, torch.tensor(0.25))
    for (count, shape), times in {**SIZES, (LARGE, FLAT): 1}.items():
        axes = ", ".join(map(str, (count, *shape)))
        for index in range(times):
            name = f"sum {count}x{len(shape)} {index}"
            some = draw.strokes(name, count) if count == 20 else 0.1 + 0.7 * draw.images(name, count)
            asked[name] = REC.ask(
                _recon(draw, name, count), some.reshape(count, *shape), f"x.shape = ({axes})"
            )
    for at in (0.0, 1.0):
        asked[f"bound {at:g}"] = _equal(torch.tensor(at), torch.tensor(0.25), f"recon_x = {at:g}")
    given = _recon(draw, "g", 2), draw.uniform("h", 0, 1, 2, 1, 28, 28)
    asked["gradient"] = REC.ask(*given, "N=2", "recon_x")
    return asked | repeated(REC.ask(*given, "N=2"), "recon_x")


def _recon(draw: Draw, name: str, count: int) -> Tensor:
    return draw.uniform(name + " r", 0.02, 0.98, count, 784)


def _equal(recon: Tensor, x: Tensor, called: str = "") -> Question:
    """A question about an image of equal pixels."""
    pixels = f"x == {x:g}" if float(x) in (0, 1) else "0 < x.min() == x.max() < 1"
    called = called or f"x.shape = (1, 1, 28, 28), {pixels}"
    return REC.ask(recon.expand(1, 784).clone(), x.expand(1, *IMAGE).clone(), called)


def _sums(of: Pair, recon_x: Tensor, x: Tensor) -> dict[str, Tensor]:
    """What a batch may come to other than a sum over its pixels."""
    n = len(x)
    one = torch.ones((), dtype=torch.float64)
    turned = x.reshape(n, 28, 28).transpose(1, 2).reshape(n, 784)
    low, high = x.amin(1, keepdim=True), x.amax(1, keepdim=True)
    pairs = x.sum(1) * _log(recon_x).sum(1) + (1 - x).sum(1) * _log(1 - recon_x).sum(1)
    scaled = {
        "every image": (x - low) / (high - low),
        "the batch": (x - low.min()) / (high.max() - low.min()),
    }
    return {
        "reconstruction(recon_x, transposed(x))": of(recon_x, turned).sum(),
        "reconstruction(recon_x, (x - min(x[i])) / (max(x[i]) - min(x[i])))": of(
            recon_x, scaled["every image"]
        ).sum(),
        "reconstruction(recon_x, (x - min(x)) / (max(x) - min(x)))": of(recon_x, scaled["the batch"]).sum(),
        "reconstruction(all recon_x, all x)": -pairs.sum(),
        "reconstruction(x=0)": of(recon_x, x)[x == 0].sum(),
        "1": one,
        "N": n * one,
    }


def _shows_batch(law: Law) -> str | None:
    """The known mistake that a formula of a batch is."""
    name = next(iter(law.weights), "")
    known = {
        "reconstruction/N": "batch-mean",
        "reconstruction(recon_x[:": "hard-coded-size",
        "reconstruction(all": "rec-shape-mismatch",
        "reconstruction(recon_x, transposed": "rec-shape-mismatch",
        "reconstruction(recon_x, (": "rec-other-loss",
    }
    one = len(law.weights) == 1 and not law.formula
    return next((shown for begin, shown in known.items() if one and name.startswith(begin)), None)


def _shows(law: Law) -> str | None:
    """The known mistake that a formula of one pixel is."""
    if law.formula or law.limited == "recon_x":
        clamped = law.limited == "recon_x" and law.weights == RIGHT
        if "round" in law.formula:
            return "rec-binarised"
        return "rec-clamp-too-wide" if clamped or law.formula.startswith("-x*log(recon_x + ") else None
    weights = dict(law.weights)
    names = weights.keys()
    if names == RIGHT.keys() and len({*weights.values()}) == 1:
        weight = weights["x*log(recon_x)"]
        if weight > 0:
            return "rec-sign" if weight == 1 else None
        return "rec-mean" if abs(784 * weight + 1) < 1e-3 else "rec-wrong-scale"
    if names == {"recon_x*max(log(x), -100)", "(1-recon_x)*max(log(1-x), -100)"}:
        return "rec-arguments-swapped"
    if names == {"log(1 + exp(recon_x))", "x*recon_x"}:
        return "rec-logits"
    if names in ({"(x-recon_x)^2"}, {"abs(x-recon_x)"}):
        return "rec-squared-error"
    halves = {"x*log(recon_x)", "(1-x)*log(1-recon_x)", "(1-x)*log(recon_x)", "x*log(1-recon_x)"}
    if names == {"(1-x)*log(recon_x)", "x*log(1-recon_x)"}:
        return None
    if names <= halves and set(weights.values()) <= {1, -1} and len(names) <= 2:
        return "rec-one-half-only"
    return "rec-other-loss"


REC = Sum(
    "reconstruction_loss",
    ("recon_x", "x"),
    "reconstruction",
    TERMS,
    RIGHT,
    {"recon_x": "-x/recon_x + (1-x)/(1-recon_x)"},
    FORMULAS,
    (
        torch.sigmoid(torch.linspace(-10, 10, 600).double()),
        torch.sigmoid(torch.linspace(-18, 18, 600).double()),
    ),
    _sums,
    _shows,
    _shows_batch,
    OF_GRADIENTS,
    "recon_x",
    "rec-detached",
    pixels=784,
)


RETURNED = {"sum 7x3 0": {7: "N"}, "sum 3x3 0": {3: "N"}}
READINGS = (
    *common.raises(f"sum {LARGE}"),
    common.returns(RETURNED, "scalar tensor", NOT_SCALAR),
    common.changes("bound 1"),
    infinite("bound", "rec-log-of-zero"),
    *REC.readings(),
)
