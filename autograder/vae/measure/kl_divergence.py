"""What kl_divergence computes of each element, how it adds them up, and whether its gradients belong to its value."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from autograder.checks.measured import Question
from autograder.vae.checks.inputs import WIDEST, Draw
from autograder.vae.measure import common
from autograder.vae.measure.terms import NEAR, NOT_SCALAR, Law, Pair, Sum, infinite, repeated

SIZES = {
    (2, 1): 2,
    (1, 2): 2,
    (1, 7): 3,
    (4, 3): 5,
    (3, 5): 5,
    (5, 4): 4,
    (2, 20): 4,
    (17, 20): 4,
    (131, 23): 4,
}
TERMS: Mapping[str, Pair] = {
    "1": lambda mu, log_var: torch.ones_like(mu),
    "log_var": lambda mu, log_var: log_var,
    "mu^2": lambda mu, log_var: mu.square(),
    "exp(log_var)": lambda mu, log_var: log_var.exp(),
    "mu": lambda mu, log_var: mu,
    "exp(log_var/2)": lambda mu, log_var: (log_var / 2).exp(),
    "exp(2*log_var)": lambda mu, log_var: (2 * log_var).exp(),
    "exp(-log_var)": lambda mu, log_var: (-log_var).exp(),
    "mu^2*exp(-log_var)": lambda mu, log_var: mu.square() * (-log_var).exp(),
    "log_var^2": lambda mu, log_var: log_var.square(),
    "abs(mu)": lambda mu, log_var: mu.abs(),
    "exp(mu)": lambda mu, log_var: mu.exp(),
    "mu*exp(log_var)": lambda mu, log_var: mu * log_var.exp(),
    "abs(log_var)": lambda mu, log_var: log_var.abs(),
}
RIGHT = {"1": -0.5, "log_var": -0.5, "mu^2": 0.5, "exp(log_var)": 0.5}
FORMULAS = {
    "0.5*(mu^2 + exp(log_var) - 1 - log(exp(log_var) + {1}))": lambda mu, log_var, c: (
        (mu.square() + log_var.exp() - 1 - (log_var.exp() + c).log()) / 2
    ),
    "0.5*(mu^2 + exp(log_var) + {1} - 1 - log(exp(log_var) + {1}))": lambda mu, log_var, c: (
        (mu.square() + log_var.exp() + c - 1 - (log_var.exp() + c).log()) / 2
    ),
    "0.5*(mu^2 + abs(log_var) - 1 - log(abs(log_var)))": lambda mu, log_var, c: (
        (mu.square() + log_var.abs() - 1 - log_var.abs().log()) / 2 + 0 * c
    ),
}


def questions(seed: int) -> dict[str, Question]:
    """Single elements, batches of different elements, and some calls again."""
    draw = Draw(seed)
    mu = 1.5 * draw.normal("mu", NEAR + 24, 1, 1)
    log_var = torch.cat(
        [draw.uniform("near", -3, 3, NEAR, 1, 1), draw.log_var("far", -WIDEST, WIDEST, 24, 1, 1)]
    )
    asked = {f"one {i}": KL.ask(mu[i], log_var[i], "N=1, D=1") for i in range(len(mu))}
    for index, at in enumerate(torch.linspace(-9, 9, 19)):
        asked[f"along {index}"] = KL.ask(torch.zeros(1, 1), at.reshape(1, 1), "N=1, D=1")
    for (rows, columns), count in SIZES.items():
        for index in range(count):
            name = f"sum {rows}x{columns} {index}"
            some = draw.normal(name, rows, columns), draw.uniform(name + "v", -2, 2, rows, columns)
            asked[name] = KL.ask(*some, f"N={rows}, D={columns}")
    some = draw.normal("g", 20, 3), draw.uniform("h", -3, 3, 20, 3)
    asked["gradient"] = KL.ask(*some, "N=20, D=3", "mu", "log_var")
    for sign in (-1, 1):
        wide = sign * draw.uniform(f"wide {sign}", 6, WIDEST, 2, 40)
        asked[f"wide {sign}"] = KL.ask(
            draw.normal("wide", 2, 40), wide, f"D=40, {'log_var < -6' if sign < 0 else 'log_var > 6'}"
        )
    asked["views"] = KL.ask(*some, "views", as_views=True)
    return asked | repeated(KL.ask(*some, "N=20, D=3"), "mu", "log_var")


def _sums(of: Pair, mu: Tensor, log_var: Tensor) -> dict[str, Tensor]:
    """What a batch may come to other than a sum of its elements."""
    n, d = mu.shape
    one = torch.ones((), dtype=torch.float64)
    return {
        "KL/784": of(mu, log_var).sum() / 784,
        "1": one,
        "N": n * one,
        "D": d * one,
        "N*D": n * d * one,
        "N*KL(mean(mu), mean(log_var))": n * of(mu.mean(0), log_var.mean(0)).sum(),
        "KL(mean(mu), mean(log_var))": of(mu.mean(0), log_var.mean(0)).sum(),
        "sum(mu)^2": mu.sum().square(),
        "sum(mu^2)": mu.square().sum(),
        "sum(log_var)": log_var.sum(),
        "sum(exp(log_var))": log_var.exp().sum(),
    }


def _shows_batch(law: Law) -> str | None:
    """The known mistake that a formula of a batch is."""
    if law.formula:
        return "kl-weighted" if law.formula.startswith(("max", "abs({0} - ")) else None
    names = law.weights.keys()
    if "KL" in names and names <= {"KL", "1", "N", "D", "N*D"} and law.weights["KL"] == 1:
        return "kl-missing-one"
    if names == {"KL", "sum(mu)^2", "sum(mu^2)"}:
        return "kl-mu-not-squared"
    known = {"KL/N": "batch-mean", "KL/D": "kl-latent-mean", "KL/(N*D)": "kl-latent-mean"}
    known["N*KL(mean(mu), mean(log_var))"] = "kl-other-divergence"
    return known.get(next(iter(names))) if len(names) == 1 else None


def _shows(law: Law) -> str | None:
    """The known mistake that a formula of one element is."""
    if law.limited:
        return "log-var-clamped" if law.limited == "log_var" and law.weights == RIGHT else None
    if law.formula:
        known = {"max": "kl-weighted", "0.5": "log-var-clamped"}
        return known.get(law.formula[:3]) if "{1}" in law.formula else None
    weights = dict(law.weights)
    ratios = {name: weights.get(name, 0) / weight for name, weight in RIGHT.items()}
    wrong = {name: ratio for name, ratio in ratios.items() if ratio != 1}
    more = {name: weight for name, weight in weights.items() if name not in RIGHT}
    if not more:
        return _of_ratios(ratios, wrong)
    if weights.get("mu^2*exp(-log_var)", 0) > 0:
        return "kl-reversed"
    if weights == {"1": -0.5, "mu": -0.5, "log_var^2": 0.5, "exp(mu)": 0.5}:
        return "loss-arguments-swapped"
    if wrong == {"mu^2": 0} and more.keys() <= {"mu", "abs(mu)", "exp(mu)"}:
        return "kl-mu-not-squared"
    if wrong == {"exp(log_var)": 0} and more.keys() <= {"log_var^2", "abs(log_var)"}:
        return "kl-exp-forgotten"
    scaled = more.keys() <= {"exp(log_var/2)", "exp(2*log_var)", "exp(-log_var)"}
    if scaled and wrong.keys() <= {"exp(log_var)", "log_var"} and ratios["mu^2"] == 1:
        return "kl-log-var-misread"
    return None


def _of_ratios(ratios: Mapping[str, float], wrong: Mapping[str, float]) -> str | None:
    """The known mistake that right terms with wrong weights are, by their ratios to the right weights."""
    different = {*ratios.values()}
    if len(different) == 1:
        ratio = different.pop()
        if abs(784 * ratio - 1) < 1e-3:
            return "kl-latent-mean"
        known = {2.0: "kl-missing-half", 0.5: "kl-missing-half", -1.0: "kl-sign"}
        return known.get(ratio, "kl-weighted" if ratio > 0 else None)
    if different <= {1, -2}:
        return "kl-brackets"
    if wrong.keys() == {"1"}:
        return "kl-missing-one"
    if wrong.keys() == {"log_var"} and wrong["log_var"] in (0.5, 2):
        return "kl-log-var-misread"
    if different <= {1, -1}:
        return "kl-sign"
    if wrong == {"log_var": 2, "exp(log_var)": 0} or wrong == {"log_var": 0, "exp(log_var)": 0}:
        return "kl-exp-forgotten"
    if set(wrong.values()) == {0}:
        return "kl-term-missing"
    return "kl-missing-half" if different <= {1, 2} else None


KL = Sum(
    "kl_divergence",
    ("mu", "log_var"),
    "KL",
    TERMS,
    RIGHT,
    {"mu": "mu", "log_var": "-0.5 + 0.5*exp(log_var)"},
    FORMULAS,
    (torch.arange(-160, 161).double() / 20, torch.arange(-200, 201).double() / 20),
    _sums,
    _shows,
    _shows_batch,
    {},
    "log_var",
    "kl-detached",
)
RETURNED = {"sum 131x23 0": {131: "N", 23: "D"}, "sum 4x3 0": {4: "N", 3: "D"}}
READINGS = (
    *common.raises(),
    common.returns(RETURNED, "scalar tensor", NOT_SCALAR),
    common.changes("sum 4x3 0", "sum 2x20 0"),
    infinite("wide", "beyond-float32"),
    *KL.readings(),
)
