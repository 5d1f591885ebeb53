"""The noise in z: how calls, modes, images and dimensions share it, and its distribution."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from autograder.checks.measured import Reading, Said, Seen, Unclear, Values, tensor
from autograder.vae.measure import common

T = TypeVar("T")
TRAIN = "model.train()"
MODES: dict[str, Any] = {TRAIN: {}, "model.eval()": {"training": False}, "torch.no_grad()": {"no_grad": True}}
MANY, MIXED, SEEDS = (1500, 20), (60, 20), 3  # 20 dimensions, for code that fixes that number
NUMBER = re.compile(r"(-?\d+\.?\d*(?:e[+-]\d+)?)")
SHARES = np.array([0.01, 0.05, 0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.9, 0.95, 0.99])
NORMAL = math.sqrt(2) * torch.erfinv(2 * torch.from_numpy(SHARES) - 1).numpy()


def z_of(seen: Seen, name: str) -> Tensor:
    """z (calls, N, D) of one question."""
    given, answers = seen.given(name), seen.answer(name)
    given = given.get("arguments", given)
    if not (isinstance(answers, list) and len(answers) == given.get("calls", 1)):
        raise Unclear
    return torch.stack([tensor(common.part_of(each, "value"), *given["mu"].shape) for each in answers])


def _seeds(seen: Seen, mode: str, name: str) -> Tensor:
    """z (SEEDS, N * D) of each seed."""
    return torch.cat([z_of(seen, f"{mode} {name} {index}") for index in range(SEEDS)]).flatten(1)


def once_for_modes(work: Callable[[Seen, str], T]) -> Callable[[Seen, str], T]:
    """Work something out once for all modes whose z is the same."""

    def kept(seen: Seen, mode: str) -> T:
        key = work, *(float(z_of(seen, f"{mode} {name} 0").sum()) for name in ("equal", "mixed", "many"))
        if key not in seen.worked_out:
            seen.worked_out[key] = work(seen, mode)
        found: T = seen.worked_out[key]
        return found

    return kept


def _noise(seen: Seen, mode: str) -> Tensor:
    """The noise (2, N, D) of two calls for mu = 0 and log_var = 2, in units of sigma. Unclear if there is none."""
    noise = z_of(seen, f"{mode} many 0") / math.e
    if torch.equal(noise, noise[:1, :1, :1].expand(2, *MANY)):
        raise Unclear
    return noise


def mixed_z(seen: Seen, mode: str) -> tuple[Tensor, Tensor, Tensor]:
    """mu, log_var and z of each seed for different elements."""
    given = seen.given(f"{mode} mixed 0")["arguments"]
    return given["mu"].flatten().double(), given["log_var"].flatten().double(), _seeds(seen, mode, "mixed")


def carries_over(seen: Seen, mode: str) -> bool:
    """Whether z = mu + sigma*noise with noise as large for other mu and sigma, so z is not changed afterwards."""
    mu, log_var, z = mixed_z(seen, mode)
    size = float(((z - mu) / (log_var / 2).exp()).abs().mean())
    return math.isclose(size, float(_noise(seen, mode).abs().mean()), rel_tol=0.15)


def _repeated(noise: Tensor) -> Said | None:
    """The second call has the noise of the first, or its opposite."""
    if torch.equal(noise[0], noise[1]):
        return Said({"factor": 1}, "reparam-noise-reused")
    return Said({"factor": -1}, "reparam-noise-dependent") if torch.equal(noise[0], -noise[1]) else None


def _copies(noise: Tensor, dim: int) -> Said | None:
    """Rows (dim 0) or columns of one call that are equal, up to their sign."""
    lines = noise[0] if dim == 0 else noise[0].T
    lines = lines[lines.abs().sum(1) > 0]
    different, signed = (len(set(map(tuple, each.tolist()))) for each in (lines.abs(), lines))
    if different == len(lines):
        return None
    known = "reparam-noise-shared-batch" if dim == 0 else "reparam-noise-shared-dims"
    if signed > different or (dim == 1 and different > 1):
        known = "reparam-noise-dependent"
    return Said({"different": different, "count": len(lines)}, known)


def _tied(noise: Tensor) -> Said | None:
    """Sums along an axis that vary far less or more than sums of independent elements.

    The fewest sums are 40, whose variance is within a factor of 4 but for one case in 10 million.
    """
    for name, each, most in (("eps", noise, 4.0), ("eps^2", noise.square(), math.inf)):
        for dim in (1, 0):
            sums = (each - each.mean()).sum(dim + 1)
            ratio = float(sums.square().mean() / (noise.shape[dim + 1] * each.var()))
            if not 0.25 < ratio < most:
                limit = "< 0.25" if ratio < 1 else "> 4"
                return Said({"sum": f"sum({name}, dim={dim})", "ratio": limit}, "reparam-noise-dependent")
    return None


def _shape(noise: Tensor) -> Said | None:
    """Quantiles that no normal distribution has: beyond 7 standard errors of 30,000 elements, though there are more."""
    found = np.quantile(noise.numpy(), SHARES)
    scale = (found[9] - found[3]) / (NORMAL[9] - NORMAL[3])
    error = np.sqrt(SHARES * (1 - SHARES) / 30000 * 2 * math.pi) * np.exp(NORMAL**2 / 2)
    if (np.abs(found - found[6] - scale * NORMAL) <= 7 * scale * error).all():
        return None
    line = float(noise.min()) + SHARES * float(noise.max() - noise.min())
    uniform = (np.abs(found - line) < 0.05 * float(noise.std())).all()
    known = "reparam-noise-uniform" if uniform else "reparam-noise-not-gaussian"
    if float((noise == 0).double().mean()) > 0.01 and len(np.unique(noise.numpy())) > 100:
        known = "reparam-noise-partial"
    yours = ", ".join(f"{round(float(found[index]), 2) + 0.0:g}" for index in (0, 3, 9, 12))
    return Said({"yours": yours}, known)


@once_for_modes
def about_noise(seen: Seen, mode: str) -> dict[str, Said]:
    """The first thing that is wrong with the noise, by the reading's name. Unclear if there is no noise."""
    noise = _noise(seen, mode)
    found = {"noise_calls": _repeated(noise)}
    first, second = (np.unique(call.abs().numpy()) for call in noise)
    if len(np.intersect1d(first, second)) < 0.1 * len(first):  # else equal elements are no copies
        found |= {"noise_dimensions": _copies(noise, 1), "noise_images": _copies(noise, 0)}
        found["noise_tied"] = _tied(noise)
    found["noise_shape"] = _shape(noise)
    for name, said in found.items():
        if said is not None:
            own = name not in ("noise_tied", "noise_shape") or carries_over(seen, mode)
            return {name: said if own else Said(said.values)}
    return {}


def noise_reading(name: str, absolute: float = 0.03) -> Reading:
    return in_modes(name, lambda seen, mode: about_noise(seen, mode).get(name), 0.06, absolute)


def _drawn(seen: Seen, mode: str) -> Tensor:
    """The standard normal noise of each seed (SEEDS, n): torch's after the network's weights, or what z shows."""
    equal, own = _seeds(seen, mode, "equal"), []
    for index in range(SEEDS):
        with torch.random.fork_rng([]):
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
    if about_noise(seen, mode) or float((noise == 0).double().mean()) > 0.01:
        raise Unclear
    mean, spread = float(noise.mean()), float(noise.std())  # known to 0.4 % and 0.3 % of the spread
    return (equal / math.e - (0 if abs(mean) < 0.03 * spread else mean)) / spread


@once_for_modes
def parts_of(seen: Seen, mode: str) -> tuple[Tensor, ...]:
    """mu, log_var, mean and scale of z = mean + scale*eps, a number for each element. Unclear if z is no such sum."""
    eps, order = _drawn(seen, mode).sort(0)
    mu, log_var, z = mixed_z(seen, mode)
    clear = eps[2] - eps[0] > 0.5
    eps, z, mu, log_var = eps[:, clear], z.gather(0, order)[:, clear], mu[clear], log_var[clear]
    scale = (z[2] - z[0]) / (eps[2] - eps[0])
    mean = z[0] - scale * eps[0]
    off = (z[1] - mean - scale * eps[1]).abs()
    if len(mu) < 100 or bool((off > 1e-4 * scale.abs() + 1e-5 * (1 + mu.abs() + mean.abs())).any()):
        raise Unclear
    sign = -1.0 if float(scale[(log_var > 5) & (mu > 0)].sum()) < 0 else 1.0
    return mu, log_var, mean, sign * scale


def in_modes(
    name: str, read: Callable[[Seen, str], Said | None], tolerance: float = 0.03, absolute: float = 0.03
) -> Reading:
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
        modes = [
            mode for mode, said in found.items() if _near(first.values, said.values, tolerance, absolute)
        ]
        return Said({**first.values, "mode": ", ".join(modes)}, first.misconception)

    def predicts(values: Values, seen: Seen) -> bool:
        again = everywhere(seen)
        return again is not None and _near(values, again.values, tolerance, absolute)

    return Reading(name, everywhere, predicts)


def _near(first: Values, second: Values, tolerance: float, absolute: float) -> bool:
    """Whether two readings are written alike but for numbers, which chance may change a little."""
    one, two = (NUMBER.split(str(dict(values))) for values in (first, second))
    return len(one) == len(two) and all(
        math.isclose(float(a), float(b), rel_tol=tolerance, abs_tol=absolute) if index % 2 else a == b
        for index, (a, b) in enumerate(zip(one, two, strict=True))
    )
