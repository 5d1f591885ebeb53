"""What kl_divergence computes of each element, how it adds them up, and whether its gradients belong to its value."""

from __future__ import annotations

import math
from collections.abc import Mapping

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
from autograder.vae.checks.inputs import WIDEST, Draw
from autograder.vae.measure import common

NEAR, FAR = 60, 24  # single elements for the fit, and over all of the domain
BATCHES = ((2, 1), (1, 2), (4, 3), (3, 20), (131, 2))
TERMS = {
    "1": lambda mu, log_var: torch.ones_like(mu),
    "log_var": lambda mu, log_var: log_var,
    "mu": lambda mu, log_var: mu,
    "mu^2": lambda mu, log_var: mu.square(),
    "exp(log_var)": lambda mu, log_var: log_var.exp(),
    "exp(log_var/2)": lambda mu, log_var: (log_var / 2).exp(),
    "exp(2*log_var)": lambda mu, log_var: (2 * log_var).exp(),
    "exp(-log_var)": lambda mu, log_var: (-log_var).exp(),
    "mu^2*exp(-log_var)": lambda mu, log_var: mu.square() * (-log_var).exp(),
    "log_var^2": lambda mu, log_var: log_var.square(),
    "abs(mu)": lambda mu, log_var: mu.abs(),
    "exp(mu)": lambda mu, log_var: mu.exp(),
}
RIGHT = {"1": -0.5, "log_var": -0.5, "mu^2": 0.5, "exp(log_var)": 0.5}


def questions(seed: int) -> dict[str, Question]:
    """Single elements, equal and different elements in batches, and one batch with gradients."""
    draw = Draw(seed)
    asked = {}
    mu = 1.5 * draw.normal("mu", NEAR + FAR, 1, 1)
    near, far = draw.uniform("near", -3, 3, NEAR, 1, 1), draw.log_var("far", -WIDEST, WIDEST, FAR, 1, 1)
    for index, log_var in enumerate(torch.cat([near, far])):
        asked[f"one {index}"] = _question(mu[index], log_var)
    for rows, columns in BATCHES:
        asked[f"equal {rows}x{columns}"] = _question(
            mu[0].expand(rows, columns).clone(), near[0].expand(rows, columns).clone()
        )
        name = f"{rows}x{columns}"
        asked[name] = _question(
            draw.normal(name, rows, columns), draw.uniform(name + "l", -2, 2, rows, columns)
        )
    asked["gradient"] = _question(draw.normal("g", 3, 4), draw.uniform("h", -3, 3, 3, 4), ["mu", "log_var"])
    return asked


def _question(mu: Tensor, log_var: Tensor, wrt: list[str] | None = None) -> Question:
    rows, columns = mu.shape
    given = {"mu": mu, "log_var": log_var}
    asked = {"function": "kl_divergence", "arguments": given, "wrt": wrt or []}
    return Question("loss", asked, f"N={rows}, D={columns}")


def _elements(seen: Seen, begin: str) -> tuple[Tensor, Tensor, Tensor]:
    """mu, log_var and value of the questions that begin like this, a row each."""
    names = [name for name in seen.questions if name.startswith(begin)]
    given = [seen.given(name)["arguments"] for name in names]
    values = [scalar(common.value_of(seen, name)) for name in names]
    mu, log_var = (torch.stack([each[key][0, 0] for each in given]).double() for key in ("mu", "log_var"))
    return mu, log_var, torch.tensor(values, dtype=torch.float64)


def combined(weights: Mapping[str, float], mu: Tensor, log_var: Tensor) -> Tensor:
    """The weighted terms, added up."""
    parts = [weight * TERMS[name](mu, log_var) for name, weight in weights.items()]
    return torch.stack(parts).sum(0) if parts else torch.zeros_like(mu)


def _size(weights: Mapping[str, float], mu: Tensor, log_var: Tensor) -> Tensor:
    """The summed sizes of the terms: rounding is a fraction of that."""
    return torch.stack(
        [abs(w) * TERMS[name](mu, log_var).abs() for name, w in weights.items()] or [mu * 0]
    ).sum(0)


def _fitted(seen: Seen) -> dict[str, float]:
    """The formula of one element. Raises Unclear if no short one fits."""
    if "formula" not in seen.worked_out:
        mu, log_var, value = (each[:NEAR] for each in _elements(seen, "one "))
        found = fit([term(mu, log_var) for term in TERMS.values()], value, 5, 1e-5)
        names = list(TERMS)
        seen.worked_out["formula"] = None if found is None else {names[i]: w for i, w in found.items() if w}
    if seen.worked_out["formula"] is None:
        raise Unclear
    formula: dict[str, float] = seen.worked_out["formula"]
    return formula


def _read_formula(seen: Seen) -> Said | None:
    weights = _fitted(seen)
    if weights == RIGHT:
        return None
    return Said(
        {"weights": weights, "yours": written(weights), "asked": written(RIGHT)}, _misconception(weights)
    )


def _predicts_formula(values: Values, seen: Seen) -> bool:
    mu, log_var, value = _elements(seen, "one ")
    off = (combined(values["weights"], mu, log_var) - value).abs()
    return bool((off <= 1e-3 * _size(values["weights"], mu, log_var) + 1e-4).all())


def written(weights: Mapping[str, float]) -> str:
    """The formula in the order of the right one."""
    order = [*RIGHT, *(name for name in TERMS if name not in RIGHT)]
    text = ""
    for name in sorted(weights, key=order.index):
        weight = weights[name]
        size = "" if abs(weight) == 1 and name != "1" else f"{abs(weight):.4g}"
        joined = "*".join(filter(None, (size, "" if name == "1" else name)))
        text += (" - " if weight < 0 else " + ") + joined if text else ("-" if weight < 0 else "") + joined
    return text or "0"


def _misconception(weights: Mapping[str, float]) -> str | None:
    """Which known mistake a formula is, if it is one."""
    ratios = {weights.get(name, 0.0) / weight for name, weight in RIGHT.items()}
    if len(ratios) == 1 and weights.keys() == RIGHT.keys():
        ratio = ratios.pop()
        return {2.0: "kl-missing-half", -1.0: "kl-sign"}.get(ratio, "kl-weighted" if ratio > 0 else None)
    if weights == {"log_var": 0.5, "exp(-log_var)": 0.5, "mu^2*exp(-log_var)": 0.5, "1": -0.5}:
        return "kl-reversed"
    if all(weights.get(name) == weight for name, weight in RIGHT.items() if name != "1"):
        return "kl-missing-one"
    if weights == {name: 2 * w if name == "" else w for name, w in RIGHT.items() if name in weights}:
        return "kl-term-missing"
    return None


def _read_growth(seen: Seen) -> Said | None:
    """Equal elements: the value grows as N^a D^b."""
    one = scalar(common.value_of(seen, "one 0"))
    if abs(one) < 1e-3:
        raise Unclear
    ratios = {size: scalar(common.value_of(seen, f"equal {size[0]}x{size[1]}")) / one for size in BATCHES}
    if min(ratios.values()) <= 0:
        raise Unclear
    by_images, by_dimensions = (short(math.log2(ratios[size]), 3) for size in ((2, 1), (1, 2)))
    for (rows, columns), ratio in ratios.items():
        if not math.isclose(ratio, rows**by_images * columns**by_dimensions, rel_tol=5e-3):
            raise Unclear
    if by_images == by_dimensions == 1:
        return None
    known = {(0.0, 1.0): "batch-mean", (1.0, 0.0): "kl-latent-mean", (0.0, 0.0): "kl-latent-mean"}
    powers = {"images": by_images, "dimensions": by_dimensions}
    return Said(powers, known.get((by_images, by_dimensions)))


def _read_gradient(seen: Seen) -> Said | None:
    """The gradient, as a multiple of what the formula's own value gives."""
    weights = _fitted(seen)
    answer = seen.answer("gradient")
    given = seen.given("gradient")["arguments"]
    leaves = {name: value.double().requires_grad_() for name, value in given.items()}
    total = combined(weights, *leaves.values()).sum()
    right_value = float(total.detach())
    if abs(scalar(common.part_of(answer, "value")) - right_value) > 1e-3 * abs(right_value) + 1e-3:
        raise Unclear
    expected = dict(
        zip(leaves, torch.autograd.grad(total, list(leaves.values()), allow_unused=True), strict=True)
    )
    found = common.part_of(answer, "gradients")
    factors = {}
    for name, right in expected.items():
        if right is None or not bool(right.any()):
            continue
        own = (
            tensor(found[name], 3, 4)
            if isinstance(found, dict) and found.get(name) is not None
            else 0 * right
        )
        factor = float((own * right).sum() / right.square().sum())
        if float((own - factor * right).abs().max()) > 1e-3 * float(right.abs().max()):
            raise Unclear
        factors[name] = short(factor, 3) + 0.0
    wrong = {name: factor for name, factor in factors.items() if abs(factor - 1) > 1e-2}
    if not wrong:
        return None
    name, factor = next(iter(wrong.items()))
    return Said({"argument": " / ".join(wrong), "factor": factor}, "kl-detached" if factor == 0 else None)


SIZES = {"3x20": {3: "N", 20: "D"}, "4x3": {4: "N", 3: "D"}}
NOT_SCALAR = {"NoneType": "nothing-returned", "tuple": "returns-extra-values", "tensor": "loss-not-scalar"}
READINGS = (
    *common.raises(),
    common.returns(SIZES, "scalar tensor", NOT_SCALAR),
    common.changes("4x3", "3x20"),
    Reading("kl_formula", _read_formula, _predicts_formula),
    Reading("kl_growth", _read_growth),
    Reading("gradient", _read_gradient),
)
