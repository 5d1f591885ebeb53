"""Is this standard normal noise, independent in every element and at every call?

Each statistic has a known distribution under the null hypothesis "epsilon ~ N(0, I)", so each gives
a p-value, and is rejected below ALPHA. How often that happens to a right submission:

- A sum of squares of normal variables is chi-squared; their sum over the root of that has a lighter
  tail than a normal variable. A family of m groups is judged by its most extreme one and p multiplied
  by m (Bonferroni). ``check_spread``: 1 mean, 2 variances and the scatter of the means, which is
  chi-squared too, in each of 4 groupings, 16 p-values; ``check_gaussian``: 3.
- A correlation of signs is a sum of n independent +-1 over n. Its p-value takes the normal tail;
  Hoeffding's bound 2 exp(-z^2 / 2) exceeds that by a factor of at most 20 at the z in use (7 to 9),
  so the true rate is below 20 ALPHA. ``check_independent``: 2 p-values, ``check_fresh``: one for
  each pair of calls.
- reparameterize is judged on 6 calls, 6 for one image and 2 in evaluation mode, generate on 4, 2 and
  (``check_size``: 1) 2 for one image: together 74 such p-values and 6 + 15 + 1 + 1 = 23 correlations.

The sum, (74 + 20 * 23) * 1e-9 = 5.4e-7, bounds the rate for a whole submission: every other check but
the short run compares numbers that have one right value. Observed: tests/soak/RIGHT.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import torch
from scipy import stats
from torch import Tensor

from autograder.checks.expect import Failed, number

ALPHA = 1e-9
# A 24-bit uniform variable is exactly 0 once in 2^24 draws, so right code that maps uniform noise to
# normal noise may rarely return an infinite element; that many (in 100,000) are left out of the statistics.
MAX_INFINITE = 3


def finite(noise: Tensor, called: str) -> Tensor:
    """The noise in float64, with up to MAX_INFINITE elements that aren't finite replaced by 0; more raise Failed."""
    infinite = ~torch.isfinite(noise)
    if int(infinite.sum()) > MAX_INFINITE:
        raise Failed("check.not_finite", called=called)
    return noise.masked_fill(infinite, 0.0).double()


def check_spread(noise: Tensor, log_var: Tensor) -> None:
    """The noise has mean 0 and variance 1: overall, in each column, in each row and in each range of log_var.

    The means must scatter too, else elements depend on each other, as when the batch mean was subtracted.
    noise (C, N, D) is (z - mu) / exp(log_var / 2) of C calls; log_var (N, D).
    """
    calls = len(noise)
    if any((first - second).abs().max() < 0.01 for first, second in combinations(noise, 2)):
        raise Failed("noise.repeated")  # its mean and spread would be those of one draw and tell nothing
    order = log_var.flatten().argsort()
    by_log_var = noise.reshape(calls, -1)[:, order].reshape(calls, 16, -1).transpose(0, 1)
    by_column, by_row = noise.permute(2, 0, 1), noise.permute(1, 0, 2)
    groupings = (noise.reshape(1, -1), by_log_var.flatten(1), by_column.flatten(1), by_row.flatten(1))
    for groups in groupings:
        squares = groups.square().sum(1)
        _check_mean(groups.sum(1) / squares.sqrt())
        for total in (squares.min(), squares.max()):
            _check_variance(total.item(), groups.shape[1], len(groups))
    for groups in groupings:
        scatter = float((groups.sum(1).square() / groups.shape[1]).sum())
        if not 2 * stats.chi2.sf(scatter, len(groups)) >= ALPHA:
            raise Failed("noise.mean")
        if not 2 * stats.chi2.cdf(scatter, len(groups)) >= ALPHA:
            raise Failed("noise.shared")


def check_size(noise: Tensor) -> None:
    """The variance of a handful of elements is 1."""
    _check_variance(float(noise.square().sum()), noise.numel(), 1)


def check_gaussian(noise: Tensor) -> None:
    """The Kolmogorov-Smirnov test against N(0, 1), and tests where it is weak: the fourth moment, and cut-off tails."""
    values = noise.flatten().numpy()
    none_larger = stats.halfnorm.cdf(abs(values).max()) ** len(values)
    p_values = (stats.kstest(values, "norm").pvalue, stats.kurtosistest(values).pvalue, none_larger)
    if not all(p_value >= ALPHA for p_value in p_values):
        raise Failed("noise.not_gaussian", kurtosis=number(float(stats.kurtosis(values))))


def check_independent(noise: Tensor) -> None:
    """No element's sign or size is correlated with that of another element of the same call. noise (N, D).

    The circular autocorrelation at every shift shows noise that is shared by rows or columns,
    repeated, rolled or mirrored. It uses signs and ranks, so a wrong scale alone does not fail here.
    """
    signs, sizes = _spectrum(_signs(noise)), _spectrum(noise.abs().flatten().argsort().argsort().double())
    if _correlated(signs, signs, 1) or _correlated(sizes, sizes, 1):
        raise Failed("noise.shared")


def check_fresh(noise: Tensor) -> None:
    """No call's signs are correlated with those of another call, at any shift. noise (C, N, D)."""
    calls = [_spectrum(_signs(call)) for call in noise]
    if any(_correlated(first, second, 0) for first, second in combinations(calls, 2)):
        raise Failed("noise.repeated")


def check_of_one_kind(training: Tensor, evaluation: Tensor, log_var: Tensor, called: str) -> None:
    """Noise (C, N, D) that is right in training mode is right in evaluation mode; wrong in both does not fail here."""
    if not _is_right(evaluation, log_var) and _is_right(training, log_var):
        raise Failed("noise.evaluation_other", called=called)


def _is_right(noise: Tensor, log_var: Tensor) -> bool:
    try:
        check_spread(noise, log_var)
        check_gaussian(noise)
        check_independent(noise[0])
    except Failed:
        return False
    return True


def check_equally_large(training: Tensor, evaluation: Tensor, called: str) -> None:
    """The noise of both modes (C, N, D), drawn for the same mu and log_var, has the same size.

    Let a and b be an element's mean size over two calls of each mode. (b - a) / (b + a) lies in [-1, 1] and has mean 0
    if both modes draw alike, however wrong that is: so a wrong scale alone does not fail here. Its variance is 0.14
    for normal noise, so the mean of n = 16,896 elements lies beyond t = 0.03 with a probability below
    2 exp(-n t^2 / 2 / (0.14 + t / 3)) = 1e-21 (Bernstein's inequality). It does lie beyond if one noise has 0.93 times
    the size of the other.
    """
    a, b = training[: len(evaluation)].abs().mean(0), evaluation.abs().mean(0)
    if not ((b - a) / (b + a)).nan_to_num().mean().abs() <= 0.03:
        ratio = (evaluation.square().mean() / training.square().mean()).sqrt()
        raise Failed("noise.evaluation_differs", called=called, found=number(float(ratio)))


def _signs(noise: Tensor) -> Tensor:
    """Signs relative to each column's median, so that a column with an offset does not look like repeated noise."""
    return (noise - noise.median(dim=0).values).sign().flatten()


def _check_mean(standardised: Tensor) -> None:
    """Every group's mean is 0: its sum over the root of its sum of squares, whose tails are lighter than normal."""
    p_value = len(standardised) * 2 * stats.norm.sf(float(standardised.abs().max()))
    if not p_value >= ALPHA:
        raise Failed("noise.mean")


def _check_variance(squares: float, count: int, families: int) -> None:
    p_value = families * 2 * min(stats.chi2.sf(squares, count), stats.chi2.cdf(squares, count))
    if not p_value >= ALPHA:
        raise Failed("noise.spread", found=number(math.sqrt(squares / count)))


@dataclass(frozen=True)
class _Spectrum:
    """The Fourier transform of centred values of norm 1, and their number."""

    transform: Tensor
    count: int


def _spectrum(values: Tensor) -> _Spectrum:
    centred = values - values.mean()
    return _Spectrum(torch.fft.rfft(centred / centred.norm()), values.numel())


def _correlated(first: _Spectrum, second: _Spectrum, first_shift: int) -> bool:
    """Whether some circular cross-correlation is too large for independent elements: each is ~ N(0, 1/n)."""
    n = first.count
    correlation = torch.fft.irfft(first.transform * second.transform.conj(), n=n)
    largest = float(correlation[first_shift:].abs().max())
    return not n * 2 * stats.norm.sf(largest * math.sqrt(n)) >= ALPHA
