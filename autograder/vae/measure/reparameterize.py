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

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, Values, fit, short, tensor
from autograder.run import derived_seed
from autograder.sandbox.encoding import Array
from autograder.vae.checks.inputs import WIDEST, Draw
from autograder.vae.measure import common

MODES = {"model.train()": {}, "model.eval()": {"training": False}, "torch.no_grad()": {"no_grad": True}}
SHAPES = ((1, 20), (3, 1), (2, 4), (5, 3), (7, 20))
MANY, MIXED, SEEDS = (1500, 20), (60, 20), 3  # 20 dimensions, for code that fixes that number
SHARES = torch.tensor([0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]).double()
NORMAL = math.sqrt(2) * torch.erfinv(2 * SHARES - 1)
SIGMA = "exp(0.5*log_var)"
TERMS = (
    *(
        "mu",
        SIGMA,
        "1",
        "log_var",
        "exp(log_var)",
        "exp(-0.5*log_var)",
        "exp(0.5*mu)",
        "exp(mu)",
        "mu^2",
        "abs(mu)",
    ),
    *(
        "tanh(mu)",
        "mu*log_var",
        f"mu*{SIGMA}",
        "mu*exp(-0.5*log_var)",
        "mu*exp(log_var)",
        "log_var^2",
        "abs(log_var)",
    ),
    *("relu(log_var)", "sqrt(abs(log_var))", "tanh(log_var)", "sigmoid(log_var)", "softplus(log_var)"),
    *(
        "sqrt(softplus(log_var))",
        "exp(0.5*abs(log_var))",
        "exp(0.5*tanh(log_var))",
        "exp(0.5*log_var + 0.5*mu)",
    ),
)
FUNCTIONS = {name: getattr(torch, name) for name in ("exp", "abs", "sqrt", "tanh", "sigmoid", "relu")}
NUMBER, STD = r"(\d[\d.e-]*\*)?", re.escape(SIGMA)
KNOWN = (  # what a formula of z shows, the first that matches
    (rf"mu \+ {NUMBER}{STD}\*eps", "reparam-noise-scale"),
    (rf"mu [+-] {NUMBER}{STD} \+ {NUMBER}{STD}\*eps", "reparam-noise-scale"),
    (r"mu \+ exp\(log_var\)\*eps", "reparam-var-as-std"),
    (rf"mu [+-] {NUMBER}log_var\*eps", "reparam-log-var-as-std"),
    (r"mu \+ eps", "reparam-std-forgotten"),
    (rf"mu \+ {NUMBER}exp\(-[\d.]*\*?log_var\)\*eps", "reparam-std-sign"),
    (r"mu \+ exp\((0\.5\*)?(clamp|max|min|tanh)\(.*\)\*eps", "log-var-clamped"),
    (rf"mu \+ \({STD} \+ [\d.]+\)\*eps", "log-var-clamped"),
    (rf"(clamp|max|min)\([^)]*\) \+ {STD}\*eps", "log-var-clamped"),
    (rf"mu \+ {NUMBER}(exp|softplus|sigmoid|sqrt|abs)\(\S*\)\*eps", "reparam-std-other-function"),
    (rf"(-{NUMBER}mu \+ )?{STD}\*eps", "reparam-mu-forgotten"),
    (
        rf"(\(?(mu|log_var|eps|{STD}|exp\(-?0\.5\*(log_var|mu)\))\)?( [+-] |\*|$))+",
        "reparam-wrong-combination",
    ),
)


def questions(seed: int) -> dict[str, Question]:
    """Small batches; then in each mode gradients, equal elements, different ones with the same noise, and many."""
    draw = Draw(seed)
    asked = {}
    for rows, columns in SHAPES:
        name = f"{rows}x{columns}"
        asked[name] = _question(_pair(draw, name, rows, columns), {"calls": 3})
    mixed = _pair(draw, "mixed", *MIXED)
    for mode, options in MODES.items():
        if mode != "torch.no_grad()":
            small = {name: value[:9] for name, value in mixed.items()}
            asked[f"{mode} gradient"] = _question(small, {**options, "cotangent": torch.ones(9, 20)}, mode)
        for index in range(SEEDS):
            noise = derived_seed(seed, f"noise {index}") % 2**32
            for name, given in (("equal", _equal(*MIXED)), ("mixed", mixed)):
                inner = _question(given, options, mode)
                again = {"seed": noise, "probe": inner.probe, "arguments": inner.arguments}
                asked[f"{mode} {name} {index}"] = Question("seeded", again, inner.called)
        asked[f"{mode} many"] = _question(_equal(*MANY), {**options, "calls": 2}, mode)
    asked["device"] = Question("reparameterize_device", _pair(draw, "device", 3, 4))
    return asked


def _question(given: Mapping[str, Tensor], options: Mapping[str, Any], mode: str = "") -> Question:
    rows, columns = given["mu"].shape
    called = f"N={rows}, D={columns}" + (f", {mode}" if mode else "")
    return Question("reparameterize", {**given, **options}, called)


def _pair(draw: Draw, name: str, rows: int, columns: int) -> dict[str, Tensor]:
    log_var = draw.log_var(f"log_var {name}", -WIDEST, WIDEST, rows, columns)
    return {"mu": 3 * draw.normal(f"mu {name}", rows, columns), "log_var": log_var}


def _equal(rows: int, columns: int) -> dict[str, Tensor]:
    """mu = 0 and log_var = 2, where sigma, log_var and the variance differ."""
    return {"mu": torch.zeros(rows, columns), "log_var": torch.full((rows, columns), 2.0)}


def _calls(seen: Seen, *names: str) -> Tensor:
    """z (calls, N, D) of questions of one shape."""
    z = []
    for name in names:
        given, answers = seen.given(name), seen.answer(name)
        shape = given.get("arguments", given)["mu"].shape
        if not isinstance(answers, list) or len(answers) != given.get("calls", 1):
            raise Unclear
        z += [tensor(common.part_of(each, "value"), *shape) for each in answers]
    return torch.stack(z)


def _seeds(seen: Seen, mode: str, name: str) -> Tensor:
    """z (SEEDS, N * D) of each seed."""
    return _calls(seen, *(f"{mode} {name} {index}" for index in range(SEEDS))).flatten(1)


def _noise(seen: Seen, mode: str) -> Tensor:
    """The noise (2, N, D) of two calls for mu = 0 and log_var = 2, in units of sigma. Unclear if there is none."""
    if ("noise", mode) not in seen.worked_out:
        seen.worked_out["noise", mode] = _calls(seen, f"{mode} many") / math.e
    noise: Tensor = seen.worked_out["noise", mode]
    if torch.equal(noise[0], noise[0, :1, :1].expand(MANY)) and torch.equal(noise[0], noise[1]):
        raise Unclear
    return noise


def _drawn(seen: Seen, mode: str) -> Tensor:
    """The standard normal noise of each seed (SEEDS, n): torch's after the network's weights, or what z shows."""
    equal, own = _seeds(seen, mode, "equal"), []
    for index in range(SEEDS):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seen.given(f"{mode} equal {index}")["seed"])
            for sizes in ((784, 8), (8, 40), (20, 8), (8, 784)):
                nn.Linear(*sizes)
            own.append(torch.randn(MIXED).flatten().double())
    eps = torch.stack(own)
    table = torch.stack([eps.flatten(), torch.ones(eps.numel())], 1).double()
    line = torch.linalg.lstsq(table, equal.flatten()[:, None]).solution
    if float((table @ line - equal.flatten()[:, None]).abs().max()) < 1e-5 * (1 + float(equal.abs().max())):
        return eps
    noise = _noise(seen, mode)
    if len(noise.unique()) < noise.numel() / 3 or not _is_normal(noise):
        raise Unclear
    mean, spread = float(noise.mean()), float(noise.std())
    mean, spread = (0.0 if abs(mean) < 0.02 * spread else mean), (1.0 if abs(spread - 1) < 0.02 else spread)
    return (equal / math.e - mean) / spread


def _parts(seen: Seen, mode: str) -> tuple[Tensor, ...]:
    """mu, log_var, mean and scale of z = mean + scale*eps, a number for each element. Unclear if z is no such sum."""
    if ("parts", mode) not in seen.worked_out:
        seen.worked_out["parts", mode] = ()
        eps, order = _drawn(seen, mode).sort(0)
        z = _seeds(seen, mode, "mixed").gather(0, order)
        given = seen.given(f"{mode} mixed 0")["arguments"]
        mu, log_var = (given[name].flatten().double() for name in ("mu", "log_var"))
        clear = eps[2] - eps[0] > 0.5
        eps, z, mu, log_var = eps[:, clear], z[:, clear], mu[clear], log_var[clear]
        scale = (z[2] - z[0]) / (eps[2] - eps[0])
        mean = z[0] - scale * eps[0]
        off = (z[1] - mean - scale * eps[1]).abs()
        if len(mu) > 100 and bool((off < 1e-4 * scale.abs() + 1e-5 * (1 + mu.abs() + mean.abs())).all()):
            sign = -1.0 if float(scale[(log_var > 5) & (mu > 0)].sum()) < 0 else 1.0
            seen.worked_out["parts", mode] = mu, log_var, mean, sign * scale
    parts: tuple[Tensor, ...] = seen.worked_out["parts", mode]
    if not parts:
        raise Unclear
    return parts


def _formula(seen: Seen, mode: str) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    """The terms of mean and scale with their weights, None for one that is no short sum."""
    if ("formula", mode) not in seen.worked_out:
        mu, log_var, mean, scale = _parts(seen, mode)
        seen.worked_out["formula", mode] = (
            _limited(mean, mu, "mu", "") or _terms(mean, 1 + mu.abs() + scale.abs(), mu, log_var, 3),
            _power(scale, mu, log_var) or _terms(scale, scale.abs() + 1e-3, mu, log_var, 2),
        )
    found: tuple[dict[str, float] | None, dict[str, float] | None] = seen.worked_out["formula", mode]
    return found


def _terms(y: Tensor, size: Tensor, mu: Tensor, log_var: Tensor, most: int) -> dict[str, float] | None:
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
    return {TERMS[index]: short(found[index], 3) for index in sorted(found)}


def _power(scale: Tensor, mu: Tensor, log_var: Tensor) -> dict[str, float] | None:
    """c*exp(k*log_var), or exp of half or all of a limited log_var."""
    clear = scale > 1e-3 * (1 + mu.abs())  # beside mu, float32 hides less
    if int(clear.sum()) < 100:
        return None
    table = torch.stack([log_var, torch.ones_like(log_var)], 1)
    line = torch.linalg.lstsq(table[clear], scale[clear].log()[:, None]).solution
    off = (table @ line)[:, 0].exp().sub(scale).abs()
    if bool((off < 2e-3 * scale.abs() + 1e-5 * (1 + mu.abs())).all()):
        power, factor = float(line[0]), short(math.exp(float(line[1])), 3)
        exponent = re.sub(r"^(-?)1\*", r"\1", f"{power:.3g}*log_var")
        return {"1" if abs(power) < 1e-3 else f"exp({exponent})": factor}
    if float(scale.min()) < 1e-5:
        return None
    return _limited(2 * scale.log(), log_var, "log_var", "0.5*") or _limited(
        scale.log(), log_var, "log_var", "1*"
    )


def _limited(y: Tensor, x: Tensor, name: str, power: str) -> dict[str, float] | None:
    """y = x within limits, beyond which x goes. ``power``: what it is multiplied by before exp."""
    low, high = float(y.min()), float(y.max())
    if high - low < 1e-3 or float((y - x.clamp(low, high)).abs().max()) > 5e-3:
        return None
    ends = low - float(x.min()) > 0.02, float(x.max()) - high > 0.02
    low, high = (round(limit, 2) + 0.0 for limit in (low, high))
    both = {(True, True): f"clamp({name}, {low:g}, {high:g})", (True, False): f"max({name}, {low:g})"}
    text = {**both, (False, True): f"min({name}, {high:g})", (False, False): name}[ends]
    return {f"exp({power.removeprefix('1*')}{text})" if power else text: 1.0}


def _read_formula(seen: Seen, mode: str) -> Said | None:
    """z as one formula, if it is a short one."""
    mean, scale = _formula(seen, mode)
    if mean is None or scale is None or (mean == {"mu": 1} and scale == {SIGMA: 1}):
        return None
    noise = f"({_sum(scale)})*eps" if len(scale) > 1 else f"{_sum(scale)}*eps"
    parts = [_sum(mean) if mean else "", re.sub(r"^1\*", "", noise) if scale else ""]
    yours = " + ".join(filter(None, parts)).replace("+ -", "- ") or "0"
    known = next((name for form, name in KNOWN if re.fullmatch(form, yours)), None)
    if not scale:
        known = (
            "reparam-eval-returns-mean" if yours == "mu" and mode != "model.train()" else "reparam-no-noise"
        )
    elif known == "reparam-noise-scale" and mode != "model.train()" and scale[SIGMA] < 1:
        known = "reparam-eval-returns-mean"
    return Said({"yours": yours, "asked": f"mu + {SIGMA}*eps", "mean": mean, "scale": scale}, known)


def _sum(weights: Mapping[str, float]) -> str:
    parts = [f"{weight:g}" if name == "1" else f"{weight:g}*{name}" for name, weight in weights.items()]
    return " + ".join(re.sub(r"^(-?)1\*", r"\1", part) for part in parts).replace("+ -", "- ")


def _curve(along: str) -> Callable[[Seen, str], Said | None]:
    """The scale along log_var, or the mean along mu, if it is a function of that alone but no short formula."""

    def read(seen: Seen, mode: str) -> Said | None:
        mu, log_var, mean, scale = _parts(seen, mode)
        x, y, end = (log_var, scale, 9.75) if along == "log_var" else (mu, mean, 6.0)
        if _formula(seen, mode)[along == "log_var"] is not None:
            return None
        line, order = torch.linspace(-end, end, 40).double(), x.argsort()
        yours = np.interp(line, x[order], y[order])
        inside = x.abs() <= end
        expected = torch.from_numpy(np.interp(x[inside], line, yours))
        if bool(((y[inside] - expected).abs() > 0.05 * expected.abs() + 0.02).any()):
            raise Unclear
        points = {"x": line, "yours": yours, "asked": (line / 2).exp() if along == "log_var" else line}
        curve = {name: [short(float(value), 3) for value in each] for name, each in points.items()}
        values = {name: [curve[name][index] for index in (0, 19, 39)] for name in ("x", "yours", "asked")}
        return Said({**values, "curve": {"along": along, **curve}})

    return read


def _read_range(seen: Seen, mode: str) -> Said | None:
    """z keeps within a limit, though sigma reaches 141, and is no sum of mean and noise."""
    z = _seeds(seen, mode, "mixed")
    with contextlib.suppress(Unclear):
        _parts(seen, mode)
        return None
    limited = float(z.abs().max()) < 25 and not torch.equal(z[0], z[1])
    return Said({"limit": short(float(z.abs().max()), 2)}, "reparam-z-squashed") if limited else None


def _read_zero(seen: Seen, mode: str) -> Said | None:
    """Elements of z that are exactly 0."""
    share = float((_seeds(seen, mode, "mixed") == 0).double().mean())
    return Said({"percent": float(round(100 * share))}, "reparam-z-squashed") if 0.02 < share < 0.98 else None


def _read_repeated(seen: Seen, mode: str) -> Said | None:
    """The second call has the noise of the first, or its opposite."""
    first, second = _noise(seen, mode)
    if torch.equal(first, second):
        return Said({"factor": 1}, "reparam-noise-reused")
    return Said({"factor": -1}, "reparam-noise-dependent") if torch.equal(first, -second) else None


def _read_values(seen: Seen, mode: str) -> Said | None:
    """The noise is one of a few numbers."""
    noise = _noise(seen, mode)
    numbers, counts = noise.unique(return_counts=True)
    shared = not set(noise[0].unique().tolist()).isdisjoint(noise[1].unique().tolist())
    if not (len(noise[0].unique()) >= 2 and len(numbers) <= 40 and shared):
        return None
    common_ones = numbers[counts.argsort(descending=True)[:2]].sort().values
    values = {"numbers": [short(float(value), 3) for value in common_ones]}
    return Said(values, "reparam-noise-not-gaussian")


def _copies(dim: int) -> Callable[[Seen, str], Said | None]:
    """Rows (dim 0) or columns of one call that are equal, up to their sign."""

    def read(seen: Seen, mode: str) -> Said | None:
        noise = _noise(seen, mode)[0]
        noise = noise.index_select(dim, noise.abs().sum(1 - dim).nonzero().flatten())
        different, signed = (each.unique(dim=dim).shape[dim] for each in (noise.abs(), noise))
        if different == noise.shape[dim] or _read_values(seen, mode):
            return None
        known = "reparam-noise-shared-batch" if dim == 0 else "reparam-noise-shared-dims"
        if signed > different or (dim == 1 and different > 1):
            known = "reparam-noise-dependent"
        return Said({"different": different, "count": noise.shape[dim]}, known)

    return read


def _read_missing(seen: Seen, mode: str) -> Said | None:
    """Elements of a large batch without noise."""
    share = float((_noise(seen, mode) == 0).double().mean())
    silent = share > 0.01 and not _read_zero(seen, mode) and not _read_values(seen, mode)
    with contextlib.suppress(Unclear):
        silent = silent and not _read_elements(seen)
    return Said({"percent": float(round(100 * share))}, "reparam-noise-partial") if silent else None


def _read_tied(seen: Seen, mode: str) -> Said | None:
    """Noise that adds up to 0, has a fixed length or is sorted along an axis."""
    noise = _noise(seen, mode)
    if _read_values(seen, mode) or _copies(0)(seen, mode) or _copies(1)(seen, mode):
        raise Unclear
    for dim in (1, 0):
        total, squares = noise.sum(1 + dim), noise.square().sum(1 + dim)
        tied = {
            f"sum(dim={dim})": (total, 1e-3 * float(squares.mean()) ** 0.5),
            f"square().sum(dim={dim})": (squares - squares.mean(), 1e-3 * float(squares.mean())),
            f"sort(dim={dim}) - eps": (noise.sort(1 + dim).values - noise, 1e-6),
        }
        for name, (distance, most) in tied.items():
            if float(distance.abs().max()) < most:
                value = float(squares.mean()) if "square" in name else 0.0
                return Said({"tied": f"eps.{name}", "value": short(value, 3)}, "reparam-noise-dependent")
    return None


def _quantiles(noise: Tensor) -> Tensor:
    return torch.from_numpy(np.quantile(noise.numpy(), SHARES.numpy()))


def _is_normal(noise: Tensor) -> bool:
    """Whether quantiles are a normal distribution's of any mean and scale, within 7 errors of 30,000 elements."""
    found = _quantiles(noise)
    scale = (found[9] - found[3]) / (NORMAL[9] - NORMAL[3])
    error = (SHARES * (1 - SHARES) / 30000).sqrt() * math.sqrt(2 * math.pi) * (NORMAL.square() / 2).exp()
    return bool(((found - found[6] - scale * NORMAL).abs() <= 7 * scale * error).all())


def _read_shape(seen: Seen, mode: str) -> Said | None:
    """Quantiles that no normal distribution has."""
    noise = _noise(seen, mode)
    if len(noise[0].unique()) < noise[0].numel() / 3 or _is_normal(noise) or _read_missing(seen, mode):
        return None
    found = _quantiles(noise)
    line = noise.min() + SHARES * (noise.max() - noise.min())
    uniform = bool(((found - line).abs() < 0.05 * noise.std()).all())
    yours = [short(float(value), 3) for value in found]
    curve = {
        "along": "share",
        "x": SHARES.tolist(),
        "yours": yours,
        "asked": [short(float(v), 3) for v in NORMAL],
    }
    values = {"low": yours[0], "middle": yours[6], "high": yours[-1], "curve": curve}
    return Said(values, "reparam-noise-uniform" if uniform else "reparam-noise-not-gaussian")


def _read_limit(seen: Seen, mode: str) -> Said | None:
    """Noise that never goes far, though its quantiles are normal."""
    noise = _noise(seen, mode)
    largest = float(noise.abs().max())
    cut = largest < 3.4 * float(noise.std()) and _is_normal(noise)
    return Said({"limit": short(largest, 3)}, "reparam-noise-not-gaussian") if cut else None


def _read_moments(seen: Seen, mode: str) -> Said | None:
    """Mean and standard deviation of the noise for mu = 0 and log_var = 2, where z shows no short formula."""
    noise = _noise(seen, mode)
    with contextlib.suppress(Unclear):
        if None not in _formula(seen, mode):
            return None
    mean, spread = float(noise.mean()), float(noise.std())
    right = abs(mean) < 0.04 * spread and abs(spread - 1) < 0.03
    if right or not _is_normal(noise) or len(noise[0].unique()) < noise[0].numel() / 3:
        return None
    return Said({"mean": round(mean, 2) + 0.0, "spread": short(spread, 3)})


def _read_gradient(seen: Seen, mode: str) -> Said | None:
    """The gradient of z's sum, as a multiple of 1 for mu and of (z - mu)/2 for log_var."""
    name = f"{mode} gradient"
    if name not in seen.questions:
        return None
    z, given, found = (
        _calls(seen, name)[0],
        seen.given(name),
        common.part_of(seen.answer(name)[0], "gradients"),
    )
    mean, scale = {"mu": 1.0}, {SIGMA: 1.0}
    right = (mean, scale)
    with contextlib.suppress(Unclear):
        right = _formula(seen, mode)
    factors = {}
    for argument, expected in (("mu", torch.ones_like(z)), ("log_var", (z - given["mu"]) / 2)):
        own = tensor(found[argument], *z.shape) if isinstance(found, dict) and found.get(argument) else 0 * z
        factor = float((own * expected).sum() / expected.square().sum())
        regular = float((own - factor * expected).abs().max()) < 2e-3 * float(expected.abs().max())
        detached = not own.any() and any(argument in term for part in right for term in part or ())
        if detached or (right == (mean, scale) and regular and abs(factor - 1) > 0.01):
            factors[argument] = round(factor, 3) + 0.0
    zero = tuple(argument for argument, factor in factors.items() if factor == 0)
    known = {("mu",): "reparam-mu-detached", ("log_var",): "reparam-std-detached"}
    both = "reparam-no-gradient" if len(zero) == 2 else None
    values = {
        "argument": " / ".join(factors),
        "factor": " / ".join(f"{value:g}" for value in factors.values()),
    }
    return Said(values, known.get(zero, both)) if factors else None


def _in_modes(name: str, read: Callable[[Seen, str], Said | None], tolerance: float = 0.02) -> Reading:
    """A reading of each mode; what several modes agree on is said of them together."""

    def everywhere(seen: Seen) -> Said | None:
        found: dict[str, Said] = {}
        for mode in MODES:
            with contextlib.suppress(Unclear):
                if (said := read(seen, mode)) is not None:
                    found[mode] = said
        if not found:
            return None
        first = next(iter(found.values()))
        modes = [mode for mode, said in found.items() if _near(first.values, said.values, tolerance)]
        return Said({**first.values, "mode": ", ".join(modes)}, first.misconception)

    def predicts(values: Values, seen: Seen) -> bool:
        again = everywhere(seen)
        return again is not None and _near(values, again.values, tolerance)

    return Reading(name, everywhere, predicts)


def _near(first: Any, second: Any, tolerance: float) -> bool:
    """Whether two readings agree as far as chance lets them. Formulas are compared by their weights."""
    if isinstance(first, dict) and isinstance(second, dict):
        names = first.keys() - ({"curve", "yours"} if "scale" in first else {"curve"})
        return first.keys() == second.keys() and all(_near(first[n], second[n], tolerance) for n in names)
    if isinstance(first, list):
        return len(first) == len(second) and all(
            _near(*pair, tolerance) for pair in zip(first, second, strict=True)
        )
    if isinstance(first, float):
        return math.isclose(first, second, rel_tol=tolerance, abs_tol=tolerance)
    return bool(first == second)


def _read_elements(seen: Seen) -> Said | None:
    """Rows or columns of the first small batch that are the same in each call, if noise is not always so."""
    if _read_repeated(seen, "model.train()"):
        return None
    for rows, columns in SHAPES:
        z = _calls(seen, f"{rows}x{columns}")
        still = (z == z[0]).all(0)
        lines = [f"z[{i}, :]" for i in range(rows) if still[i].all()]
        lines += [f"z[:, {j}]" for j in range(columns) if still[:, j].all()]
        if lines:
            elements = "z" if still.all() else ", ".join(lines[:6]) + ", ..." * (len(lines) > 6)
            return Said({"called": f"N={rows}, D={columns}", "elements": elements}, "reparam-noise-partial")
    return None


def _read_returned(seen: Seen) -> Said | None:
    """The first small batch for which something else than a tensor of mu's shape and dtype comes back."""
    for rows, columns in SHAPES:
        name = f"{rows}x{columns}"
        answers = seen.outcomes[name].get("value")
        value = common.part_of(answers[0], "value") if isinstance(answers, list) and answers else None
        if seen.raised(name) is not None or answers is None:
            continue
        yours, asked = common.kind(value, {})[:80], f"float32 tensor ({rows}, {columns})"
        known = {"N": "nothing-returned", "t": "returns-extra-values", "l": "returns-extra-values"}.get(
            yours[0]
        )
        if isinstance(value, Array):
            yours = f"{value.dtype[:20]} {yours}"
            known = "reparam-float64" if value.shape == (rows, columns) else "reparam-wrong-shape"
        if yours != asked:
            return Said({"called": f"N={rows}, D={columns}", "yours": yours, "asked": asked}, known)
    return None


def _read_device(seen: Seen) -> Said | None:
    return Said({}, "hard-coded-device") if common.part_of(seen.answer("device"), "mixed") is True else None


def _plain(reading: Reading) -> Reading:
    """A shared reading, given the first call of each question but the device's."""

    def read(seen: Seen) -> Said | None:
        outcomes = {name: outcome for name, outcome in seen.outcomes.items() if name != "device"}
        for name, outcome in outcomes.items():
            if isinstance(value := outcome.get("value"), list) and value:
                outcomes[name] = {"value": value[0]}
        return reading.read(Seen({name: seen.questions[name] for name in outcomes}, outcomes))

    return Reading(reading.id, read, ends=reading.ends)


READINGS = (
    *map(_plain, common.raises()),
    Reading("returned_for", _read_returned),
    _plain(common.changes("5x3", "7x20")),
    _in_modes("noise_calls", _read_repeated),
    _in_modes("noise_values", _read_values),
    _in_modes("noise_dimensions", _copies(1)),
    _in_modes("noise_images", _copies(0)),
    _in_modes("z_formula", _read_formula),
    _in_modes("z_range", _read_range, 0.1),
    _in_modes("sigma_curve", _curve("log_var"), 0.05),
    _in_modes("mean_curve", _curve("mu"), 0.05),
    Reading("noise_elements", _read_elements),
    _in_modes("z_zero", _read_zero, 0.2),
    _in_modes("noise_missing", _read_missing, 0.05),
    _in_modes("noise_tied", _read_tied),
    _in_modes("noise_shape", _read_shape, 0.06),
    _in_modes("noise_limit", _read_limit, 0.06),
    _in_modes("noise_moments", _read_moments, 0.06),
    _in_modes("z_gradient", _read_gradient),
    Reading("z_device", _read_device),
)
