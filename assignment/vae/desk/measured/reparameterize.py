# Generated from the grader's readings: a change here would be overwritten.
"""What reparameterize computes: z as a formula of mu, log_var and noise, how the noise is drawn, and its gradients.

With the same seed most code draws the same noise, so three seeds show exactly how each element of z depends on it.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vae.desk.measured.measured import Question, Reading, Said, Seen, Unclear, fit, short, tensor
from vae.desk.measured.run import derived_seed
from vae.desk.measured.encoding import Array
from vae.desk.measured.inputs import WIDEST, Draw
from vae.desk.measured import common
from vae.desk.measured.noise import (
    MANY,
    MIXED,
    MODES,
    SEEDS,
    TRAIN,
    about_noise,
    carries_over,
    in_modes,
    mixed_z,
    noise_reading,
    once_for_modes,
    parts_of,
    z_of,
)

Weights = dict[str, float]  # of the terms of a sum
SHAPES = ((1, 20), (3, 1), (2, 4), (5, 3), (7, 20))
SIGMA = "exp(0.5*log_var)"
TERMS = f"""mu; {SIGMA}; 1; log_var; exp(log_var); exp(-0.5*log_var); exp(0.5*mu); exp(mu); mu^2; abs(mu); tanh(mu);
mu*log_var; mu*{SIGMA}; mu*exp(-0.5*log_var); mu*exp(log_var); abs(log_var); sqrt(abs(log_var)); tanh(log_var);
sigmoid(log_var); softplus(log_var); sqrt(softplus(log_var)); exp(0.5*abs(log_var)); exp(0.5*tanh(log_var));
exp(0.5*log_var + 0.5*mu)""".replace("\n", " ").split("; ")
FUNCTIONS = {name: getattr(torch, name) for name in ("exp", "abs", "sqrt", "tanh", "sigmoid")}
FACTOR, STD = r"(\d[\d.e-]*\*)?", re.escape(SIGMA)
PART = rf"\(?(mu|log_var|{STD}|exp\(-?0\.5\*(log_var|mu)\)|eps)\)?"
KNOWN = (  # what a formula of z shows, the first that matches
    (rf"mu( [+-] {FACTOR}{STD})? \+ {FACTOR}{STD}\*eps", "reparam-noise-scale"),
    (r"mu \+ exp\(log_var\)\*eps", "reparam-var-as-std"),
    (rf"mu [+-] {FACTOR}log_var\*eps", "reparam-log-var-as-std"),
    (r"mu \+ eps", "reparam-std-forgotten"),
    (rf"mu \+ {FACTOR}exp\(-\S*log_var\)\*eps", "reparam-std-sign"),
    (rf".*(max|min|exp\(0\.5\*tanh)\(.*|mu \+ \({STD} \+ [\d.]+\)\*eps", "log-var-clamped"),
    (rf"mu \+ {FACTOR}(exp|softplus|sigmoid|sqrt|abs)\(\S*\)\*eps", "reparam-std-other-function"),
    (rf"(-{FACTOR}mu \+ )?{STD}\*eps", "reparam-mu-forgotten"),
    (rf"({PART}( [+-] |\*|$))+", "reparam-wrong-combination"),
)


def questions(seed: int) -> dict[str, Question]:
    """Small batches; then in each mode gradients, equal elements, different ones with the same noise, and many."""
    draw = Draw(seed)
    asked = {}
    for rows, columns in SHAPES:
        # Noise of only two values is the same in all calls by chance with one element in 2,048.
        asked[f"{rows}x{columns}"] = _question(_pair(draw, rows, columns), {"calls": 12})
    mixed = _pair(draw, *MIXED)
    for mode, options in MODES.items():
        if mode != "torch.no_grad()":
            small = {name: value[:9] for name, value in mixed.items()}
            asked[f"{mode} gradient"] = _question(small, {**options, "cotangent": torch.ones(9, 20)}, mode)
        for index in range(SEEDS):
            noise = derived_seed(seed, f"noise {index}") % 2**32
            given = {"equal": (_equal(*MIXED), options), "mixed": (mixed, options)}
            if index == 0:
                given["many"] = _equal(*MANY), {**options, "calls": 2}
            for name, call in given.items():
                inner = _question(*call, mode)
                again = {"seed": noise, "probe": inner.probe, "arguments": inner.arguments}
                asked[f"{mode} {name} {index}"] = Question("seeded", again, inner.called)
    asked["device"] = Question("reparameterize_device", _pair(draw, 3, 4))
    return asked


def _question(given: Mapping[str, Tensor], options: Mapping[str, Any], mode: str = "") -> Question:
    rows, columns = given["mu"].shape
    called = f"N={rows}, D={columns}" + (f", {mode}" if mode else "")
    return Question("reparameterize", {**given, **options}, called)


def _pair(draw: Draw, n: int, d: int) -> dict[str, Tensor]:
    log_var = draw.log_var(f"log_var {n} {d}", -WIDEST, WIDEST, n, d)
    return {"mu": draw.normal(f"mu {n} {d}", n, d) * 3, "log_var": log_var}


def _equal(n: int, d: int) -> dict[str, Tensor]:
    """mu = 0 and log_var = 2, where sigma, log_var and the variance differ."""
    return {"mu": torch.zeros(n, d), "log_var": torch.full((n, d), 2.0)}


@once_for_modes
def _formula(seen: Seen, mode: str) -> tuple[Weights | None, Weights | None]:
    """The terms of mean and scale with their weights, None for one that is no short sum."""
    mu, log_var, mean, scale = parts_of(seen, mode)
    size = 1 + mu.abs() + scale.abs()
    clear = scale > 1e-3 * (1 + mu.abs())  # beside mu, float32 hides less
    off = 2e-3 * scale.abs() + 1e-5 * (1 + mu.abs())
    limited, slope, start = _line("mu", mu, mean, size > 0, lambda line: (line - mean).abs() < 1e-3 * size)
    means: Weights | None = {limited: _weight(slope), "1": start} if start else {limited: _weight(slope)}
    log = scale.clamp(min=1e-12).log()
    power, slope, start = _line("log_var", log_var, log, clear, lambda line: (line.exp() - scale).abs() < off)
    scales: Weights | None = {f"exp({_product(slope, power)})": _weight(math.exp(start))}
    return (
        means if limited else _terms(mean, size, mu, log_var, 3),
        scales if power else _terms(scale, scale.abs() + 1e-3 * (1 + mean.abs()), mu, log_var, 2),
    )


def _line(
    name: str, x: Tensor, y: Tensor, clear: Tensor, fits: Callable[[Tensor], Tensor]
) -> tuple[str, float, float]:
    """y as slope * x + start, where x may be kept within limits: x in words (empty if y is no line), slope, start."""
    low, high = float(y.min()), float(y.max())
    for inside, ends in ((clear, (-math.inf, math.inf)), ((y > low + 0.02) & (y < high - 0.02), (low, high))):
        if int(inside.sum()) < 20 or float(y[inside].max() - y[inside].min()) < 0.1:
            continue
        slope, start = (float(number) for number in np.polyfit(x[inside].numpy(), y[inside].numpy(), 1))
        if bool(fits((slope * x + start).clamp(*ends)).all()):
            least, most = sorted((end - start) / slope for end in ends)
            name = f"max({name}, {round(least, 2) + 0.0:g})" if least > float(x.min()) + 0.02 else name
            name = f"min({name}, {round(most, 2) + 0.0:g})" if most < float(x.max()) - 0.02 else name
            return name, slope, round(start, 2) + 0.0 if abs(start) > 0.01 else 0.0
    return "", 0.0, 0.0


def _weight(number: float) -> float:
    """A weight as it is said: noise of an unknown source shows weights to 0.3 %."""
    if abs(abs(number) - 1) < 0.02:
        return math.copysign(1.0, number)
    return round(number, 2) if abs(number) > 0.1 else short(number, 2)


def _terms(y: Tensor, size: Tensor, mu: Tensor, log_var: Tensor, most: int) -> Weights | None:
    """y as a sum of few terms, within a thousandth of the size of each element."""
    y = y / size
    if float(y.abs().max()) < 1e-4:
        return {}
    known = {**FUNCTIONS, "softplus": nn.functional.softplus, "mu": mu, "log_var": log_var}
    columns = [eval(term.replace("^", "**"), known) / size for term in TERMS]  # noqa: S307 - our own terms
    some = slice(None, None, 8)
    found = fit([column[some] for column in columns], y[some], most, 1e-3 / float(y[some].abs().max()))
    if found is None or bool((sum(columns[i] * w for i, w in found.items()) - y).abs().gt(3e-3).any()):
        return None
    return {TERMS[index]: _weight(found[index]) for index in sorted(found)}


def _product(weight: float, name: str) -> str:
    """weight*name, without a factor of 1."""
    return re.sub(r"^(-?)1\*", r"\1", f"{weight:.3g}*{name}")


def _sum(weights: Weights) -> str:
    terms = [f"{weight:g}" if name == "1" else _product(weight, name) for name, weight in weights.items()]
    return " + ".join(terms).replace("+ -", "- ")


def _read_formula(seen: Seen, mode: str) -> Said | None:
    """z as one formula, if it is a short one."""
    mean, scale = _formula(seen, mode)
    if mean is None or scale is None or (mean == {"mu": 1} and scale == {SIGMA: 1}):
        return None
    noise = f"({_sum(scale)})*eps" if len(scale) > 1 else re.sub(r"^(-?)1\*", r"\1", f"{_sum(scale)}*eps")
    yours = " + ".join(filter(None, [_sum(mean), noise if scale else ""])).replace("+ -", "- ") or "0"
    known = next((name for form, name in KNOWN if re.fullmatch(form, yours)), None)
    if mode != TRAIN and (yours == "mu" or (known == "reparam-noise-scale" and scale[SIGMA] < 1)):
        known = "reparam-eval-returns-mean"
    elif not scale:
        known = "reparam-no-noise"
    return Said({"yours": yours, "asked": f"mu + {SIGMA}*eps"}, known)


def _read_spread(seen: Seen, mode: str) -> Said | None:
    """The spread of z - mu at the ends of log_var, where z is no formula, as far as 150 elements show it."""
    with contextlib.suppress(Unclear):
        if None not in _formula(seen, mode):
            return None
    if any(name != "noise_shape" or said.misconception for name, said in about_noise(seen, mode).items()):
        return None
    mu, log_var, z = mixed_z(seen, mode)
    ends = [float(log_var.min()), float(log_var.max())]
    yours = [float((z - mu)[:, log_var == end].std()) for end in ends]
    asked = [math.exp(end / 2) for end in ends]
    if all(abs(math.log((own + 1e-9) / right)) < 0.7 for own, right in zip(yours, asked, strict=True)):
        return None
    squashed = float(z.abs().max()) < 6 and float(torch.corrcoef(torch.stack([mu, z.mean(0)]))[0, 1]) > 0.3
    numbers = {"x": ends, "yours": yours, "asked": asked}
    values = {name: ", ".join(f"{short(number, 2):g}" for number in each) for name, each in numbers.items()}
    return Said(values, "reparam-z-squashed" if squashed else None)


def _read_gradient(seen: Seen, mode: str) -> Said | None:
    """The gradient of z's sum, as a multiple of 1 for mu and of (z - mu)/2 for log_var, where z = mu + sigma*noise."""
    name = f"{mode} gradient"
    if name not in seen.questions or not carries_over(seen, mode):
        return None
    z, given = z_of(seen, name)[0], seen.given(name)
    found = common.part_of(seen.answer(name), "gradients")
    factors = {}
    for argument, expected in (("mu", torch.ones_like(z)), ("log_var", (z - given["mu"]) / 2)):
        own = tensor(found[argument], *z.shape) if isinstance(found, dict) and found.get(argument) else 0 * z
        factor = float((own * expected).sum() / expected.square().sum())
        regular = float((own - factor * expected).abs().max()) < 2e-3 * float(expected.abs().max())
        if regular and abs(factor - 1) > 0.01:
            factors[argument] = round(factor, 3) + 0.0
    zero = " ".join(argument for argument, factor in factors.items() if factor == 0)
    known = {"mu": "reparam-mu-detached", "log_var": "reparam-std-detached"}
    both = "reparam-no-gradient" if zero == "mu log_var" else None
    numbers = dict.fromkeys(f"{each:g}" for each in factors.values())
    values = {"argument": ", ".join(factors), "factor": ", ".join(numbers)}
    return Said(values, known.get(zero, both)) if factors else None


def _read_elements(seen: Seen) -> Said | None:
    """Rows, columns or elements of the first batch that are the same in each call, if noise is not always so."""
    if "noise_calls" in about_noise(seen, TRAIN):
        return None
    for name in (*(f"{rows}x{columns}" for rows, columns in SHAPES), f"{TRAIN} many 0"):
        z = z_of(seen, name)
        still = (z == z[0]).all(0)
        lines = [f"z[{i}, :]" for i in still.all(1).nonzero().flatten().tolist()]
        lines += [f"z[:, {j}]" for j in still.all(0).nonzero().flatten().tolist()]
        lines = lines or [f"z[{i}, {j}]" for i, j in still.nonzero().tolist()]
        if lines:
            elements = "z" if still.all() else ", ".join(lines[:6]) + ", ..." * (len(lines) > 6)
            called = seen.questions[name].called.removesuffix(f", {TRAIN}")
            known = "reparam-noise-partial" if carries_over(seen, TRAIN) else None
            return Said({"called": called, "elements": elements}, known)
    return None


def _read_returned(seen: Seen) -> Said | None:
    """The first small batch for which something else than a tensor of mu's shape and dtype comes back."""
    if any(seen.raised(name) for name in seen.questions):
        return None
    for rows, columns in SHAPES:
        value = common.value_of(seen, f"{rows}x{columns}")
        yours, asked = common.kind(value, {})[:80], f"float32 tensor ({rows}, {columns})"
        known = "nothing-returned" if value is None else None
        if isinstance(value, Array):
            yours = f"{value.dtype[:20]} {yours}"
            known = "reparam-float64" if value.shape == (rows, columns) else "reparam-wrong-shape"
        elif isinstance(value, (tuple, list, dict)):
            known = "returns-extra-values"
        if yours != asked:
            return Said({"called": f"N={rows}, D={columns}", "yours": yours, "asked": asked}, known)
    return None


def _read_device(seen: Seen) -> Said | None:
    return Said({}, "hard-coded-device") if common.part_of(seen.answer("device"), "mixed") is True else None


READINGS = (
    *common.raises("device"),
    Reading("returned_for", _read_returned),
    common.changes("5x3", "7x20"),
    *map(noise_reading, ("noise_calls", "noise_dimensions", "noise_images", "noise_tied")),
    in_modes("z_formula", _read_formula),
    Reading("noise_elements", _read_elements, ends=True),
    noise_reading("noise_shape", 0.11),
    in_modes("z_spread", _read_spread, 0.4, absolute=0),
    in_modes("z_gradient", _read_gradient),
    Reading("z_device", _read_device),
)
