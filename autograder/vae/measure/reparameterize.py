"""What reparameterize computes: z as a formula of mu, log_var and its noise, how that noise is drawn, and its gradients.

The same seed gives most code the same noise, so three seeds show exactly how each element of z depends on it.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checks.measured import (
    Question,
    Reading,
    Said,
    Seen,
    Unclear,
    Values,
    agree,
    fit,
    short,
    tensor,
)
from autograder.run import derived_seed
from autograder.sandbox.encoding import Array
from autograder.vae.checks.inputs import WIDEST, Draw
from autograder.vae.measure import common

MODES: dict[str, dict[str, bool]] = {
    "model.train()": {},
    "model.eval()": {"training": False},
    "torch.no_grad()": {"no_grad": True},
}
SHAPES = ((1, 20), (3, 1), (2, 4), (5, 3), (7, 20))
MANY, MIXED, SEEDS = (1500, 20), (60, 20), 3  # 20 dimensions, for code that fixes that number
SHARES = torch.tensor(
    [0.0005, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.9995]
).double()
TERMS = (
    *(
        "mu",
        "exp(0.5*log_var)",
        "1",
        "log_var",
        "exp(log_var)",
        "exp(-0.5*log_var)",
        "exp(0.5*mu)",
        "exp(mu)",
    ),
    *(
        "mu^2",
        "abs(mu)",
        "tanh(mu)",
        "mu*log_var",
        "mu*exp(0.5*log_var)",
        "mu*exp(-0.5*log_var)",
        "mu*exp(log_var)",
    ),
    *(
        "log_var^2",
        "abs(log_var)",
        "relu(log_var)",
        "sqrt(abs(log_var))",
        "tanh(log_var)",
        "sigmoid(log_var)",
    ),
    *("softplus(log_var)", "sqrt(softplus(log_var))", "exp(0.5*abs(log_var))", "exp(0.5*tanh(log_var))"),
)
FUNCTIONS = {
    name: getattr(torch.nn.functional, name, None) or getattr(torch, name)
    for name in ("exp", "abs", "sqrt", "tanh", "sigmoid", "softplus", "relu")
}
MEAN, NOISE = {"mu": 1.0}, {"exp(0.5*log_var)": 1.0}


def questions(seed: int) -> dict[str, Question]:
    """Small batches; then in each mode equal elements, different ones with the same noise, and gradients."""
    draw = Draw(seed)
    asked = {}
    for rows, columns in SHAPES:
        name = f"{rows}x{columns}"
        asked[name] = _question(_pair(draw, name, rows, columns), {"calls": 3}, f"N={rows}, D={columns}")
    mixed = _pair(draw, "mixed", *MIXED)
    small = {name: value[:9] for name, value in mixed.items()}
    for mode, options in MODES.items():
        called = f"N={MIXED[0]}, D={MIXED[1]}, {mode}"
        if mode != "torch.no_grad()":
            asked[f"{mode} gradient"] = _question(small, {**options, "cotangent": torch.ones(9, 20)}, called)
        for index in range(SEEDS):
            for name, given in (("equal", _equal(*MIXED)), ("mixed", mixed)):
                inner = _question(given, options, called)
                again = {"seed": derived_seed(seed, f"noise {index}") % 2**32, **inner._asdict()}
                asked[f"{mode} {name} {index}"] = Question("seeded", again, again.pop("called"))
        asked[f"{mode} many"] = _question(_equal(*MANY), {**options, "calls": 2}, f"N=1500, D=20, {mode}")
    asked["device"] = Question("reparameterize_device", _pair(draw, "device", 3, 4))
    return asked


def _question(given: Mapping[str, Tensor], options: Mapping[str, Any], called: str) -> Question:
    return Question("reparameterize", {**given, **options}, called)


def _pair(draw: Draw, name: str, rows: int, columns: int) -> dict[str, Tensor]:
    log_var = draw.log_var(name + "l", -WIDEST, WIDEST, rows, columns)
    return {"mu": 3 * draw.normal(name, rows, columns), "log_var": log_var}


def _equal(rows: int, columns: int) -> dict[str, Tensor]:
    """mu = 0 and log_var = 2, so sigma = e. There log_var, its square and its exponential differ."""
    return {"mu": torch.zeros(rows, columns), "log_var": torch.full((rows, columns), 2.0)}


def _calls(seen: Seen, name: str) -> Tensor:
    """z (calls, N, D) of a question."""
    given, answers = seen.given(name), seen.answer(name)
    shape = given.get("arguments", given)["mu"].shape
    if not isinstance(answers, list) or not answers:
        raise Unclear
    return torch.stack([tensor(common.part_of(each, "value"), *shape) for each in answers])


def _many(seen: Seen, mode: str) -> Tensor:
    """The noise (2, N, D) of two calls for mu = 0 and log_var = 2, in units of sigma."""
    noise = _calls(seen, f"{mode} many") / math.e
    if len(noise) != 2:
        raise Unclear
    return noise


def _quantiles(noise: Tensor) -> Tensor:
    return torch.from_numpy(np.quantile(noise.numpy(), SHARES.numpy()))


def _unit(seen: Seen, mode: str) -> Tensor:
    """The standard normal noise of each seed (SEEDS, n): torch's own, or else what equal elements show."""
    equal = torch.stack([_calls(seen, f"{mode} equal {i}").flatten() for i in range(SEEDS)])
    seeds = [seen.given(f"{mode} equal {i}")["seed"] for i in range(SEEDS)]
    own = torch.stack(
        [torch.randn(MIXED, generator=torch.Generator().manual_seed(s)).flatten() for s in seeds]
    )
    own = own.double()
    table = torch.stack([own.flatten(), torch.ones(own.numel())], 1)
    line = torch.linalg.lstsq(table, equal.flatten()[:, None]).solution
    if float((table @ line - equal.flatten()[:, None]).abs().max()) < 1e-5 * float(1 + equal.abs().max()):
        return own
    noise = _many(seen, mode) * math.e
    mean, spread = float(noise.mean()), float(noise.std())
    if len(noise.unique()) < noise.numel() / 3 or _off(noise) is not None:
        raise Unclear
    mean = 0.0 if abs(mean) < 0.02 * spread else mean
    return (equal - mean) / (math.e if abs(spread / math.e - 1) < 0.015 else spread)


def _parts(seen: Seen, mode: str) -> tuple[Tensor, ...]:
    """mu, log_var, mean and scale of z = mean + scale*eps, one number an element. Unclear if z is no such formula."""
    eps = _unit(seen, mode)
    z = torch.stack([_calls(seen, f"{mode} mixed {i}").flatten() for i in range(SEEDS)])
    given = seen.given(f"{mode} mixed 0")["arguments"]
    mu, log_var = (given[name].flatten().double() for name in ("mu", "log_var"))
    eps, order = eps.sort(0)
    z = z.gather(0, order)
    clear = eps[2] - eps[0] > 0.5
    eps, z, mu, log_var = eps[:, clear], z[:, clear], mu[clear], log_var[clear]
    scale = (z[2] - z[0]) / (eps[2] - eps[0])
    mean = z[0] - scale * eps[0]
    off = (z[1] - mean - scale * eps[1]).abs()
    if not len(mu) or bool((off > 1e-4 * scale.abs() + 1e-5 * (1 + mu.abs() + mean.abs())).any()):
        raise Unclear
    return mu, log_var, mean, scale if float(scale.median()) >= 0 else -scale


def _formula(seen: Seen, mode: str) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    """The terms of mean and scale with their weights, None for one that is no short formula."""
    if ("formula", mode) not in seen.worked_out:
        mu, log_var, mean, scale = _parts(seen, mode)
        seen.worked_out["formula", mode] = (
            _limited(mean, mu, "mu", 1) or _terms(mean, 1 + mu.abs() + scale.abs(), mu, log_var, 3),
            _power(scale, log_var) or _terms(scale, scale.abs() + 1e-3, mu, log_var, 2),
        )
    found: tuple[dict[str, float] | None, dict[str, float] | None] = seen.worked_out["formula", mode]
    return found


def _terms(y: Tensor, size: Tensor, mu: Tensor, log_var: Tensor, most: int) -> dict[str, float] | None:
    """y as a sum of few terms, each element within a thousandth of its size."""
    y = y / size
    if float(y.abs().max()) < 1e-4:
        return {}
    known = {**FUNCTIONS, "mu": mu, "log_var": log_var}
    columns = [eval(term.replace("^", "**"), known) / size for term in TERMS]  # our own terms
    some = torch.arange(0, len(y), 6)
    found = fit([column[some] for column in columns], y[some], most, 1e-3 / float(y[some].abs().max()))
    if found is None or float((sum(w * columns[i] for i, w in found.items()) - y).abs().max()) > 2e-3:
        return None
    return {TERMS[index]: short(weight, 3) for index, weight in found.items()}


def _power(scale: Tensor, log_var: Tensor) -> dict[str, float] | None:
    """c*exp(k*log_var), or exp of half or all of a limited log_var."""
    if float(scale.abs().min()) < 1e-9 or float(scale.min()) < 0:
        return None
    table = torch.stack([log_var, torch.ones_like(log_var)], 1)
    line = torch.linalg.lstsq(table, scale.log()[:, None]).solution
    if float((table @ line - scale.log()[:, None]).abs().max()) < 2e-3:
        power, factor = float(line[0]), short(math.exp(float(line[1])), 3)
        exponent = f"{power:.3g}*log_var".removeprefix("1*").replace("-1*", "-")
        return {"1" if abs(power) < 1e-3 else f"exp({exponent})": factor}
    return _limited(2 * scale.log(), log_var, "log_var", 0.5) or _limited(scale.log(), log_var, "log_var", 1)


def _limited(y: Tensor, x: Tensor, name: str, power: float) -> dict[str, float] | None:
    """y = x within limits, and x goes beyond them."""
    low, high = float(y.min()), float(y.max())
    if high - low < 1e-3 or float((y - x.clamp(low, high)).abs().max()) > 5e-3:
        return None
    below, above = low - float(x.min()) > 0.02, float(x.max()) - high > 0.02
    low, high = (round(limit, 2) + 0.0 for limit in (low, high))
    text = {
        (True, True): f"clamp({name}, {low:g}, {high:g})",
        (True, False): f"max({name}, {low:g})",
        (False, True): f"min({name}, {high:g})",
        (False, False): name,
    }[below, above]
    return {text if name == "mu" else f"exp({'0.5*' if power == 0.5 else ''}{text})": 1.0}


def _read_formula(seen: Seen, mode: str) -> Said | None:
    """z as one formula, if it is a short one."""
    mean, noise = _formula(seen, mode)
    if mean is None or noise is None or (mean == MEAN and noise == NOISE):
        return None
    asked = f"{_written(MEAN)} + {_written(NOISE)}*eps"
    return Said(
        {"yours": _together(mean, noise), "asked": asked, "mean": mean, "noise": noise},
        _known(mean, noise, mode),
    )


def _together(mean: Mapping[str, float], noise: Mapping[str, float]) -> str:
    scale = f"({_written(noise)})" if len(noise) > 1 else _written(noise)
    parts = [_written(mean) if mean else "", (scale + "*eps").removeprefix("1*") if noise else ""]
    return " + ".join(filter(None, parts)).replace("+ -", "- ") or "0"


def _written(weights: Mapping[str, float]) -> str:
    parts = [f"{weight:g}" if name == "1" else f"{weight:g}*{name}" for name, weight in weights.items()]
    return " + ".join(re.sub(r"^(-?)1\*", r"\1", part) for part in parts).replace("+ -", "- ")


def _known(mean: Mapping[str, float], noise: Mapping[str, float], mode: str) -> str | None:
    """The misconception that a formula shows."""
    if not noise:
        return "reparam-eval-returns-mean" if mean == MEAN and "train" not in mode else "reparam-no-noise"
    if mean == MEAN and len(noise) == 1:
        ((name, factor),) = noise.items()
        if name == "exp(0.5*log_var)":
            return (
                "reparam-eval-returns-mean" if factor < 1 and "train" not in mode else "reparam-noise-scale"
            )
        if any(limit in name for limit in ("clamp", "max", "min", "tanh")):
            return "log-var-clamped"
        known = {
            "exp(log_var)": "reparam-var-as-std",
            "log_var": "reparam-log-var-as-std",
            "1": "reparam-std-forgotten",
        }
        if name in known:
            return known[name] if factor == 1 or name == "log_var" else None
        return "reparam-std-sign" if name.startswith("exp(-") else "reparam-std-other-function"
    if mean == MEAN:
        return "log-var-clamped" if noise.keys() == {*NOISE, "1"} else None
    if noise == NOISE:
        if not mean.keys() - {"mu"}:
            return "reparam-mu-forgotten" if mean.get("mu", 0) <= 0 else None
        if any(limit in name for limit in ("clamp", "max", "min") for name in mean):
            return "log-var-clamped"
        return "reparam-noise-scale" if mean.get("mu") == 1 and mean.keys() == {"mu", *NOISE} else None
    plain = {
        "mu",
        "log_var",
        "1",
        *NOISE,
        "exp(-0.5*log_var)",
        "exp(0.5*mu)",
        "mu*exp(0.5*log_var)",
        "mu*exp(-0.5*log_var)",
    }
    return "reparam-wrong-combination" if {*mean, *noise} <= plain else None


def _predicts_formula(values: Values, seen: Seen) -> bool:
    """Whether each mode that was named shows the same terms, with the same weights within what is measured."""
    for mode in values["mode"].split(", "):
        for name, found in zip(("mean", "noise"), _formula(seen, mode), strict=True):
            if found is None or found.keys() != values[name].keys():
                return False
            if any(abs(weight - values[name][term]) > 0.02 * abs(weight) for term, weight in found.items()):
                return False
    return True


def _sampled(line: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """y(x) at the points of ``line`` by interpolation. Raises Unclear if y is no function of x within 5 %."""
    order = x.argsort()
    at = torch.from_numpy(np.interp(line.numpy(), x[order].numpy(), y[order].numpy()))
    if not _follows(line, at, x, y):
        raise Unclear
    return at


def _follows(line: Any, at: Any, x: Tensor, y: Tensor) -> bool:
    expected = torch.from_numpy(np.interp(x.numpy(), line, at))
    return bool(
        (
            (y - expected).abs() <= 0.05 * expected.abs() + 0.02 * float(expected.abs().max()) ** 0.5 * 0.05
        ).all()
    )


def _curve(along: str) -> Callable[[Seen, str], Said | None]:
    """The measured scale along log_var, or the measured mean along mu, where it is no short formula."""

    def read(seen: Seen, mode: str) -> Said | None:
        x, y = _axis(seen, mode, along)
        if _formula(seen, mode)[along == "log_var"] is not None:
            return None
        line = torch.linspace(float(x.min()), float(x.max()), 41).double()
        at = _sampled(line, x, y)
        asked = (line / 2).exp() if along == "log_var" else line
        points = {
            name: [short(float(v)) for v in each]
            for name, each in (("x", line), ("yours", at), ("asked", asked))
        }
        middle = points["yours"][20]
        return Said({"middle": middle, "x": points["x"][20], "curve": {"along": along, **points}}, None)

    return read


def _predicts_curve(values: Values, seen: Seen) -> bool:
    curve = values["curve"]
    return all(
        _follows(curve["x"], curve["yours"], *_axis(seen, mode, curve["along"]))
        for mode in values["mode"].split(", ")
    )


def _axis(seen: Seen, mode: str, along: str) -> tuple[Tensor, Tensor]:
    mu, log_var, mean, scale = _parts(seen, mode)
    return (log_var, scale) if along == "log_var" else (mu, mean)


def _mixed(seen: Seen, mode: str) -> Tensor:
    return torch.stack([_calls(seen, f"{mode} mixed {i}") for i in range(SEEDS)])


def _read_range(seen: Seen, mode: str) -> Said | None:
    """z keeps within a limit, though sigma reaches 141."""
    z = _mixed(seen, mode)
    largest = float(z.abs().max())
    if largest > 25 or float(z.std()) < 1e-6:
        return None
    return Said({"limit": short(largest, 2)}, "reparam-z-squashed")


def _read_zero(seen: Seen, mode: str) -> Said | None:
    """Elements of z are exactly 0."""
    share = float((_mixed(seen, mode) == 0).double().mean())
    return Said({"percent": round(100 * share)}, None) if 0.01 < share < 0.99 else None


def _fresh(seen: Seen, mode: str) -> Tensor:
    """The noise of two calls, if there is any."""
    noise = _many(seen, mode)
    if float((noise - noise.mean()).abs().max()) < 1e-6:
        raise Unclear
    return noise


def _read_repeated(seen: Seen, mode: str) -> Said | None:
    """The second call has the noise of the first, or its opposite."""
    first, second = _fresh(seen, mode)
    factor = next((sign for sign in (1, -1) if torch.equal(second, sign * first)), None)
    if factor is None:
        return None
    return Said({"factor": factor}, "reparam-noise-reused" if factor == 1 else "reparam-noise-dependent")


def _copies(dim: int) -> Callable[[Seen, str], Said | None]:
    """Rows (dim 0) or columns of one call that are equal, up to their sign."""

    def read(seen: Seen, mode: str) -> Said | None:
        noise = _fresh(seen, mode)[0]
        noise = noise.index_select(dim, noise.abs().sum(1 - dim).nonzero().flatten())
        different, signed = (each.unique(dim=dim).shape[dim] for each in (noise.abs(), noise))
        if different == noise.shape[dim]:
            return None
        shared = "reparam-noise-shared-batch" if dim == 0 else "reparam-noise-shared-dims"
        known = "reparam-noise-dependent" if signed > different else shared
        return Said({"different": different, "count": noise.shape[dim]}, known)

    return read


def _read_values(seen: Seen, mode: str) -> Said | None:
    """Only a few different numbers."""
    noise = _fresh(seen, mode)[0].abs()
    different = len(noise[noise > 0].unique())
    return (
        Said({"different": different, "count": noise.numel()}, None)
        if different < noise.numel() / 3
        else None
    )


def _read_missing(seen: Seen, mode: str) -> Said | None:
    """Elements of a large batch without noise."""
    share = float((_fresh(seen, mode) == 0).double().mean())
    return Said({"percent": round(100 * share)}, "reparam-noise-partial") if share > 0.01 else None


def _read_tied(seen: Seen, mode: str) -> Said | None:
    """Noise that adds up to 0, has a fixed length or is sorted along an axis."""
    noise = _fresh(seen, mode)
    for dim in (1, 0):
        size = noise.shape[1 + dim] ** 0.5 * float(noise.std())
        squares = noise.square().sum(1 + dim)
        if float(noise.sum(1 + dim).abs().max()) < 1e-3 * size:
            return Said({"tied": f"sum(dim={dim})", "number": 0.0}, "reparam-noise-dependent")
        if float(squares.max() - squares.min()) < 1e-3 * float(squares.max()):
            return Said(
                {"tied": f"square().sum(dim={dim})", "number": short(float(squares.mean()), 3)},
                "reparam-noise-dependent",
            )
        if bool((noise.diff(dim=1 + dim) >= 0).all()):
            return Said({"tied": f"diff(dim={dim}) >= 0", "number": 1.0}, "reparam-noise-dependent")
    return None


def _off(noise: Tensor) -> int | None:
    """Which of SHARES shows best that noise is not normal, whatever its mean and scale."""
    found, normal = _quantiles(noise), _normal()
    middle, scale = (found[5] + found[8]) / 2, (found[10] - found[4 - 1]) / (normal[10] - normal[3])
    error = (SHARES * (1 - SHARES) / 30000).sqrt() / (
        torch.exp(-normal.square() / 2) / math.sqrt(2 * math.pi)
    )
    off = ((found - middle) / scale - normal).abs() / error
    return int(off.argmax()) if float(off.max()) > 7 else None


def _normal() -> Tensor:
    return math.sqrt(2) * torch.erfinv(2 * SHARES - 1)


def _read_shape(seen: Seen, mode: str) -> Said | None:
    """Quantiles that no normal distribution has."""
    noise = _fresh(seen, mode)
    index = _off(noise)
    if index is None:
        return None
    found, normal = _quantiles(noise), _normal()
    uniform = float(noise.min()) + SHARES * float(noise.max() - noise.min())
    known = (
        "reparam-noise-uniform"
        if float((found - uniform).abs().max()) < 0.02 * float(noise.std())
        else "reparam-noise-not-gaussian"
    )
    curve = {
        "along": "share",
        "x": SHARES.tolist(),
        "yours": [short(float(v), 3) for v in found],
        "asked": [short(float(v), 3) for v in normal],
    }
    return Said(
        {
            "percent": 100 * float(SHARES[index]),
            "yours": curve["yours"][index],
            "asked": curve["asked"][index],
            "curve": curve,
        },
        known,
    )


def _predicts_shape(values: Values, seen: Seen) -> bool:
    for mode in values["mode"].split(", "):
        found = _quantiles(_fresh(seen, mode))
        expected = torch.tensor(values["curve"]["yours"]).double()
        if float((found - expected).abs()[1:-1].max()) > 0.05 * float(expected.abs().max()):
            return False
    return True


def _read_limit(seen: Seen, mode: str) -> Said | None:
    """Noise that never goes far."""
    noise = _fresh(seen, mode)
    largest = float((noise - noise.mean()).abs().max() / noise.std())
    return (
        Said({"limit": short(float(noise.abs().max()), 3)}, "reparam-noise-not-gaussian")
        if largest < 3.4
        else None
    )


def _read_moments(seen: Seen, mode: str) -> Said | None:
    """Mean and standard deviation of the noise where mu = 0 and log_var = 2."""
    noise = _fresh(seen, mode)
    if len(noise[0].unique()) < noise[0].numel() / 3:
        raise Unclear
    mean, spread = float(noise.mean()), float(noise.std())
    if abs(mean) < 0.05 * spread and abs(spread - 1) < 0.03:
        return None
    return Said({"mean": round(mean, 2) + 0.0, "spread": short(spread, 2)}, None)


def _predicts_moments(values: Values, seen: Seen) -> bool:
    for mode in values["mode"].split(", "):
        noise = _fresh(seen, mode)
        mean, spread = float(noise.mean()), float(noise.std())
        if abs(mean - values["mean"]) > 0.03 * spread + 0.005 or abs(spread / values["spread"] - 1) > 0.06:
            return False
    return True


def _in_modes(
    name: str,
    read: Callable[[Seen, str], Said | None],
    predicts: Callable[[Values, Seen], bool] | None = None,
) -> Reading:
    """A reading of each mode; what several modes agree on is said of all of them."""

    def everywhere(seen: Seen) -> Said | None:
        found: dict[str, Said] = {}
        for mode in MODES:
            with contextlib.suppress(Unclear):
                said = read(seen, mode)
                if said is not None:
                    found[mode] = said
        if not found:
            return None
        first = next(iter(found.values()))
        modes = [
            mode
            for mode, said in found.items()
            if said.misconception == first.misconception and close(first, said)
        ]
        return Said({**first.values, "mode": ", ".join(modes)}, first.misconception)

    def close(first: Said, other: Said) -> bool:
        return agree(first.values, other.values)

    return Reading(name, everywhere, predicts)


def _read_elements(seen: Seen) -> Said | None:
    """Rows or columns of small batches that are the same in each call."""
    _read_repeated_guard(seen)
    for rows, columns in SHAPES:
        name = f"{rows}x{columns}"
        z = _calls(seen, name)
        still = (z == z[0]).all(0)
        if not bool(still.any()):
            continue
        lines = [f"z[{i}, :]" for i in range(rows) if still[i].all()] + [
            f"z[:, {j}]" for j in range(columns) if still[:, j].all()
        ]
        if bool(still.all()):
            lines = ["z"]
        if lines:
            return Said(
                {"called": seen.questions[name].called, "elements": ", ".join(lines)[:100]},
                "reparam-noise-partial",
            )
    return None


def _read_repeated_guard(seen: Seen) -> None:
    first, second = _fresh(seen, "model.train()")
    if torch.equal(first, second):
        raise Unclear


def _read_returned(seen: Seen) -> Said | None:
    """The first small batch for which something else than a tensor of mu's shape and dtype comes back."""
    for rows, columns in SHAPES:
        answers = seen.answer(f"{rows}x{columns}") if seen.raised(f"{rows}x{columns}") is None else None
        if not isinstance(answers, list) or not answers:
            continue
        value = common.part_of(answers[0], "value")
        yours, asked = common.kind(value, {}), f"tensor ({rows}, {columns})"
        if isinstance(value, Array):
            yours, asked = f"{value.dtype[:20]} {yours}", f"float32 {asked}"
        if yours != asked:
            begin = next((known for kind, known in RETURNED.items() if yours.startswith(kind)), None)
            if isinstance(value, Array):
                begin = "reparam-wrong-shape" if value.shape != (rows, columns) else "reparam-float64"
            return Said(
                {"called": seen.questions[f"{rows}x{columns}"].called, "yours": yours, "asked": asked}, begin
            )
    return None


RETURNED = {
    "NoneType": "nothing-returned",
    "tuple": "returns-extra-values",
    "list": "returns-extra-values",
    "dict": "returns-extra-values",
}


def _read_gradient(seen: Seen, mode: str) -> Said | None:
    """The gradient of the sum of z, as a multiple of 1 for mu and of (z - mu)/2 for log_var."""
    if mode == "torch.no_grad()":
        return None
    name = f"{mode} gradient"
    z, given, (answer,) = _calls(seen, name)[0], seen.given(name), seen.answer(name)
    formula: tuple[Any, Any] = (MEAN, NOISE)
    with contextlib.suppress(Unclear):
        formula = _formula(seen, mode)
    found = common.part_of(answer, "gradients")
    factors = {}
    for argument, right in (("mu", torch.ones_like(z)), ("log_var", (z - given["mu"]) / 2)):
        own = (
            tensor(found[argument], *z.shape)
            if isinstance(found, dict) and found.get(argument) is not None
            else 0 * z
        )
        factor = float((own * right).sum() / right.square().sum())
        enters = any(argument in term for part in formula for term in part or ())
        if float((own - factor * right).abs().max()) > 2e-3 * float(right.abs().max()):
            continue
        if (formula == (MEAN, NOISE) and abs(factor - 1) > 0.01) or (enters and not bool(own.any())):
            factors[argument] = round(factor, 3) + 0.0
    if not factors:
        return None
    zero = {argument for argument, factor in factors.items() if factor == 0}
    known = {
        ("mu",): "reparam-mu-detached",
        ("log_var",): "reparam-std-detached",
        ("log_var", "mu"): "reparam-no-gradient",
    }
    return Said(
        {
            "argument": " / ".join(factors),
            "factors": list(factors.values()),
            "factor": next(iter(factors.values())),
        },
        known.get(tuple(sorted(zero))),
    )


def _read_device(seen: Seen) -> Said | None:
    return Said({}, "hard-coded-device") if common.part_of(seen.answer("device"), "mixed") is True else None


def _plain(reading: Reading) -> Reading:
    """A shared reading, given the first call of each small batch."""

    def read(seen: Seen) -> Said | None:
        outcomes = {}
        for name, outcome in seen.outcomes.items():
            value = outcome.get("value")
            if name != "device":
                outcomes[name] = {"value": value[0]} if isinstance(value, list) and value else outcome
        return reading.read(Seen({name: seen.questions[name] for name in outcomes}, outcomes))

    return Reading(reading.id, read, None, reading.ends)


READINGS = (
    *map(_plain, common.raises()),
    Reading("returned_for", _read_returned),
    _plain(common.changes("5x3", "7x20")),
    _in_modes("noise_calls", _read_repeated),
    _in_modes("noise_dimensions", _copies(1)),
    _in_modes("noise_images", _copies(0)),
    _in_modes("z_formula", _read_formula, _predicts_formula),
    _in_modes("z_range", _read_range),
    _in_modes("sigma_curve", _curve("log_var"), _predicts_curve),
    _in_modes("mean_curve", _curve("mu"), _predicts_curve),
    Reading("noise_elements", _read_elements),
    _in_modes("z_zero", _read_zero),
    _in_modes("noise_values", _read_values),
    _in_modes("noise_missing", _read_missing),
    _in_modes("noise_tied", _read_tied),
    _in_modes("noise_shape", _read_shape, _predicts_shape),
    _in_modes("noise_limit", _read_limit),
    _in_modes("noise_moments", _read_moments, _predicts_moments),
    _in_modes("z_gradient", _read_gradient),
    Reading("z_device", _read_device),
)
