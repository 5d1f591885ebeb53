"""Is this standard normal noise, independent in every element and at every call?

Each statistic has a known distribution under the null hypothesis "epsilon ~ N(0, I)", so each gives
a p-value, and is rejected below ALPHA. How often that happens to a right submission:

- Sums and sums of squares of normal variables are normal and chi-squared exactly. A family of m
  groups is judged by its most extreme one and p multiplied by m (Bonferroni). ``check_spread``: 2
  overall and, in each of 3 groupings, 1 mean and 2 variances, 11 p-values; ``check_gaussian``: 2.
- A correlation of signs is a sum of n independent +-1 over n. Its p-value takes the normal tail;
  Hoeffding's bound 2 exp(-z^2 / 2) exceeds that by a factor of at most 20 at the z in use (7 to 9),
  so the true rate is below 20 ALPHA. ``check_independent``: 2 p-values, ``check_fresh``: one for
  each pair of calls.
- reparameterize is judged on 6 calls and 2 in evaluation mode, generate on 4 and 2: together 26
  exact p-values and 4 + 15 + 1 + 1 = 21 correlations.

The sum, (26 + 20 * 21) * 1e-9 = 4.5e-7, bounds the rate for a whole submission: every other check but
the short run compares numbers that have one right value. Observed: see tests/bank/README.md.
"""

from __future__ import annotations

import math

import torch
from scipy import stats
from torch import Tensor

from autograder.checks.expect import Failed, number

ALPHA = 1e-9
# A 24-bit uniform variable is exactly 0 once in 2^24 draws, so right code that maps uniform noise to
# normal noise may rarely return an infinite element; that many (in 100,000) are left out of the statistics.
MAX_INFINITE = 3


def finite(noise: Tensor, called: str) -> Tensor:
    """The noise with a few infinite elements replaced by 0. Raises Failed when they are no accident."""
    infinite = ~torch.isfinite(noise)
    if int(infinite.sum()) > MAX_INFINITE:
        raise Failed("check.not_finite", called=called)
    return noise.masked_fill(infinite, 0.0).double()


def check_spread(noise: Tensor, log_var: Tensor) -> None:
    """Mean 0 and variance 1 over all, in each column, each row and for each range of log_var.

    noise (C, N, D) is (z - mu) / exp(log_var / 2) of C calls; log_var (N, D).
    """
    calls = len(noise)
    _check_mean(noise.sum().item(), noise.numel())
    _check_variance(noise.square().sum().item(), noise.numel(), 1)
    order = log_var.flatten().argsort()
    by_log_var = noise.reshape(calls, -1)[:, order].reshape(calls, 16, -1).transpose(0, 1)
    for groups in (
        by_log_var.flatten(1),
        noise.permute(2, 0, 1).flatten(1),
        noise.permute(1, 0, 2).flatten(1),
    ):
        _check_mean(_most_extreme(groups.sum(1)), groups.shape[1], len(groups))
        for total in (groups.square().sum(1).min(), groups.square().sum(1).max()):
            _check_variance(total.item(), groups.shape[1], len(groups))


def spread_ratio(noise: Tensor) -> float:
    """The standard deviation that was found over the one that is right."""
    return float(noise.square().mean().sqrt())


def check_gaussian(noise: Tensor) -> None:
    """Kolmogorov-Smirnov against N(0, 1), and the fourth moment, which it is weak on."""
    values = noise.flatten().numpy()
    if not stats.kstest(values, "norm").pvalue >= ALPHA or not stats.kurtosistest(values).pvalue >= ALPHA:
        raise Failed("noise.not_gaussian", kurtosis=number(float(stats.kurtosis(values))))


def check_independent(noise: Tensor) -> None:
    """No element's sign or size goes with those of another element of the same call. noise (N, D).

    The circular autocorrelation at every shift shows noise that is shared by rows or columns,
    repeated, rolled or mirrored. Signs and ranks, so that a wrong scale alone is no finding here.
    """
    sizes = noise.abs().flatten().argsort().argsort().double()
    if _correlated(_signs(noise), _signs(noise), 1) or _correlated(sizes, sizes, 1):
        raise Failed("noise.shared")


def check_fresh(noise: Tensor) -> None:
    """No call's signs go with those of another call, at any shift. noise (C, N, D)."""
    for first in range(len(noise)):
        for second in range(first + 1, len(noise)):
            if _correlated(_signs(noise[first]), _signs(noise[second]), 0):
                raise Failed("noise.repeated")


def _signs(noise: Tensor) -> Tensor:
    return (noise - noise.median()).sign().flatten()


def _check_mean(total: float, count: int, families: int = 1) -> None:
    p_value = families * 2 * stats.norm.sf(abs(total) / math.sqrt(count))
    if not p_value >= ALPHA:
        raise Failed("noise.mean", found=number(total / count))


def _check_variance(squares: float, count: int, families: int) -> None:
    p_value = families * 2 * min(stats.chi2.sf(squares, count), stats.chi2.cdf(squares, count))
    if not p_value >= ALPHA:
        raise Failed("noise.spread", found=number(math.sqrt(squares / count)))


def _most_extreme(values: Tensor) -> float:
    return float(values[values.abs().argmax()])


def _correlated(first: Tensor, second: Tensor, first_shift: int) -> bool:
    """Whether some circular cross-correlation is too large for independent elements: each is ~ N(0, 1/n)."""
    a, b = first - first.mean(), second - second.mean()
    correlation = torch.fft.irfft(torch.fft.rfft(a) * torch.fft.rfft(b).conj(), n=a.numel())
    largest = float((correlation[first_shift:] / (a.norm() * b.norm())).abs().max())
    return not a.numel() * 2 * stats.norm.sf(largest * math.sqrt(a.numel())) >= ALPHA
