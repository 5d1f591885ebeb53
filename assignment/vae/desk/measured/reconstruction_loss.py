# Generated from the grader's readings: a change here would be overwritten.
"""What reconstruction_loss computes of each pixel, how it adds them up, and whether its gradient belongs to its value."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from vae.desk.measured.measured import Question
from vae.desk.measured.inputs import LEAST, Draw
from vae.desk.measured import common
from vae.desk.measured.formulas import NEAR, Pair, Shape
from vae.desk.measured.terms import NOT_SCALAR, Sum, infinite

EDGE = math.log(LEAST / (1 - LEAST))
IMAGE, FLAT = (1, 28, 28), (784,)
LARGE = 131
SIZES = (
    *((1, IMAGE, 2), (2, FLAT, 2), (3, IMAGE, 3), (1, FLAT, 2), (5, FLAT, 2), (7, IMAGE, 2), (20, IMAGE, 2)),
    (LARGE, FLAT, 1),
)


def _log(value: Tensor) -> Tensor:
    return value.log().clamp(min=-100)


def bce(recon_x: Tensor, x: Tensor) -> Tensor:
    """The binary cross-entropy of each pixel."""
    return -(x * _log(recon_x) + (1 - x) * _log(1 - recon_x))


def _p_log_p(p: Tensor) -> Tensor:
    return torch.special.xlogy(p, p)


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
    "x*log(x)": lambda r, x: _p_log_p(x),
    "(1-x)*log(1-x)": lambda r, x: _p_log_p(1 - x),
    "log(1 + exp(recon_x))": lambda r, x: torch.nn.functional.softplus(r),
    "x*recon_x": lambda r, x: x * r,
    "recon_x": lambda r, x: r,
    "x": lambda r, x: x,
    "recon_x^2": lambda r, x: r.square(),
    "x^2": lambda r, x: x.square(),
    "x^2*log(recon_x)": lambda r, x: x.square() * r.log(),
    "x*(1-x)*log(1-recon_x)": lambda r, x: x * (1 - x) * (1 - r).log(),
}
RIGHT = {"x*log(recon_x)": -1.0, "(1-x)*log(1-recon_x)": -1.0}
FORMULAS: Mapping[str, Shape] = {
    "-x*log(recon_x + {c}) - (1-x)*log(1-recon_x + {c})": lambda of, c: (
        -(of["x"] * (of["recon_x"] + c).log() + (1 - of["x"]) * (1 - of["recon_x"] + c).log())
    ),
    "-x*log(min(max(recon_x, {c}), 1-{c})) - (1-x)*log(1-min(max(recon_x, {c}), 1-{c}))": lambda of, c: bce(
        of["recon_x"].maximum(c).minimum(1 - c), of["x"]
    ),
    "-round(x)*log(recon_x) - (1-round(x))*log(1-recon_x)": lambda of, c: bce(of["recon_x"], of["x"].round()),
    "-x*max(log(round(recon_x)), -100) - (1-x)*max(log(1-round(recon_x)), -100)": lambda of, c: bce(
        of["recon_x"].round(), of["x"]
    ),
}
RULES = (
    ("rec-sign", "-(-x…)"),
    ("rec-mean", "(-x…)/784"),
    ("batch-mean", "reconstruction/N"),
    ("rec-wrong-scale", "#*(-x…)"),
    ("rec-clamp-too-wide", "…log(recon_x + …", "…max(recon_x, …"),
    ("rec-binarised", "…round(…"),
    ("rec-arguments-swapped", "-recon_x*max(log(x), -100) - (1-recon_x)*max(log(1-x), -100)"),
    ("rec-logits", "log(1 + exp(recon_x)) - x*recon_x"),
    ("rec-squared-error", "±(x-recon_x)^2", "#*(x-recon_x)^2", "(x-recon_x)^2/784", "abs(x-recon_x)…"),
    ("rec-one-half-only", "±x*log(recon_x)", "±(1-x)*log(1-recon_x)"),
    ("rec-one-half-only", "±x*log(recon_x) ± (1-x)*log(1-recon_x)", "±x*log(recon_x) ± (1-x)*log(recon_x)"),
    ("rec-one-half-only", "±(1-x)*log(1-recon_x) ± x*log(1-recon_x)"),
    ("first-image-only", "reconstruction(recon_x[:1], …"),
    ("hard-coded-size", "reconstruction(recon_x[:…"),
    ("rec-shape-mismatch", "reconstruction(all recon_x, all x)", "reconstruction(recon_x, transposed(x))"),
    ("rec-other-loss", "reconstruction(recon_x, (x - …", "±…(recon_x) …", "±…recon_x) …"),
)


def questions(seed: int) -> dict[str, Question]:
    """Images of equal pixels, batches of different ones, recon_x at its bounds, and some calls again."""
    draw = Draw(seed)
    far = torch.sigmoid(draw.log_var("far", EDGE, -EDGE, 24)).clamp(LEAST, 1 - LEAST)
    recon = torch.cat([draw.uniform("r", 0.05, 0.95, NEAR), far])
    x = torch.cat([draw.uniform("x", 0.05, 0.95, NEAR), draw.uniform("far x", -0.3, 1.3, 24).clamp(0, 1)])
    asked = {f"one {i}": _equal(recon[i], x[i]) for i in range(len(x))}
    for index, at in enumerate(torch.sigmoid(torch.linspace(EDGE, -EDGE, 19)).clamp(LEAST, 1 - LEAST)):
        asked[f"along {index}"] = _equal(at, torch.tensor(0.25))
    for n, shape, times in SIZES:
        for name in (f"sum {n}x{len(shape)} {index}" for index in range(times)):
            images = draw.strokes(name, n) if n == 20 else 0.1 + 0.7 * draw.images(name, n)
            called = f"x.shape = ({n}, {', '.join(map(str, shape))})"
            asked[name] = REC.ask(_recon(draw, name, n), images.reshape(n, *shape), called)
    for at in (0.0, 1.0):
        asked[f"bound {at:g}"] = _equal(torch.tensor(at), torch.tensor(0.25), f"recon_x = {at:g}")
    for index in range(3):
        given = _recon(draw, f"g {index}", 2), draw.uniform(f"h {index}", 0, 1, 2, *IMAGE)
        asked[f"gradient {index}"] = REC.ask(*given, "N=2", "recon_x")
    return asked | dict.fromkeys(("again 0", "again 1", "again 2"), REC.ask(*given, "N=2"))


def _recon(draw: Draw, name: str, count: int) -> Tensor:
    return draw.uniform(name + " r", 0.02, 0.98, count, 784)


def _equal(recon: Tensor, x: Tensor, called: str = "") -> Question:
    """A question about an image of equal pixels."""
    pixels = f"x = {x:g}" if float(x) in (0, 1) else "0 < x < 1"
    called = called or f"x.shape = (1, 1, 28, 28), {pixels}"
    return REC.ask(recon.expand(1, 784).clone(), x.expand(1, *IMAGE).clone(), called)


def _sums(of: Pair, recon_x: Tensor, x: Tensor) -> dict[str, Tensor]:
    """What a batch may come to other than a sum over its pixels."""
    turned = x.reshape(len(x), 28, 28).mT.flatten(1)
    least, most = torch.aminmax(x, dim=1, keepdim=True)
    pairs = x.sum(1) * _log(recon_x).sum(1) + (1 - x).sum(1) * _log(1 - recon_x).sum(1)
    each, all_alike = (x - least) / (most - least), (x - x.min()) / (x.max() - x.min())
    return {
        "reconstruction(recon_x, transposed(x))": of(recon_x, turned).sum(),
        "reconstruction(recon_x, (x - min(x[i])) / (max(x[i]) - min(x[i])))": of(recon_x, each).sum(),
        "reconstruction(recon_x, (x - min(x)) / (max(x) - min(x)))": of(recon_x, all_alike).sum(),
        "reconstruction(all recon_x, all x)": -pairs.sum(),
        "reconstruction(x=0)": of(recon_x, x)[x == 0].sum(),
        "1": torch.ones((), dtype=torch.float64),
        "N": len(x) * torch.ones((), dtype=torch.float64),
    }


GRADIENTS: Mapping[str, Pair] = {"recon_x": lambda r, x: (r - x) / (r * (1 - r))}
NAMES = "recon_x", "x"
REC = Sum(
    "reconstruction_loss", NAMES, "reconstruction", TERMS, RIGHT, FORMULAS, _sums, RULES, GRADIENTS, 784
)
READINGS = (
    *common.raises(f"sum {LARGE}"),
    common.returns({"sum 7x3 0": {7: "N"}, "sum 3x3 0": {3: "N"}}, "scalar tensor", NOT_SCALAR),
    common.changes("bound 1"),
    infinite(("bound 0", "bound 1"), "rec-log-of-zero"),
    *REC.readings(),
)
