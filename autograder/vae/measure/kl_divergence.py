"""What kl_divergence computes of each element, how it adds them up, and whether its gradients belong to its value."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from autograder.checks.measured import Question
from autograder.vae.checks.inputs import WIDEST, Draw
from autograder.vae.measure import common
from autograder.vae.measure.formulas import NEAR, Columns, Pair, Shape, written
from autograder.vae.measure.terms import NOT_SCALAR, Sum, infinite

SIZES = (2, 1), (1, 2), (4, 3), (3, 5), (5, 4), (2, 20), (17, 20), (131, 23)  # N and D
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
GRADIENTS: Mapping[str, Pair] = {
    "mu": lambda mu, log_var: mu,
    "log_var": lambda mu, log_var: (log_var.exp() - 1) / 2,
}
LIMITED: Mapping[str, Pair] = {
    "max(log_var, -{c})": lambda log_var, c: log_var.maximum(-c),
    "min(log_var, {c})": lambda log_var, c: log_var.minimum(c),
    "min(max(log_var, -{c}), {c})": lambda log_var, c: log_var.clamp(-c, c),
    "min(max(log_var, 0), {c})": lambda log_var, c: log_var.relu().minimum(c),
}
RULES = (
    ("kl-latent-mean", "(…)/784", "KL/D", "KL/(N*D)", "KL/784"),
    ("batch-mean", "KL/N"),
    ("kl-missing-half", "2*(…)", "0.5*(…)", "-0.5 - 0.5*log_var + mu^2 + 0.5*exp(log_var)"),
    ("kl-missing-half", "-1 - log_var + 0.5*mu^2 + exp(log_var)"),
    ("kl-missing-half", "-0.5 - 0.5*log_var + …mu^2 + exp(log_var)"),
    ("kl-weighted", "#*(…)", "max(KL…", "abs(KL - …"),
    ("kl-missing-one", "-0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)", "KL ± #", "KL ± #*N", "KL ± #*N*D"),
    ("kl-missing-one", "±# - 0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)", "KL ± # ± #*N*D"),
    ("kl-missing-one", "KL ± #*N ± #*N*D"),
    ("kl-sign", "-(…)", "±0.5 ± 0.5*log_var ± 0.5*mu^2 ± 0.5*exp(log_var)"),
    ("kl-brackets", "-0.5 ± …log_var - mu^2 - exp(log_var)", "-0.5 - 0.5*log_var + 0.5*mu^2 - exp(log_var)"),
    ("kl-exp-forgotten", "-0.5 + 0.5*mu^2", "-0.5 - log_var + 0.5*mu^2"),
    ("kl-exp-forgotten", "-0.5 - 0.5*log_var + 0.5*mu^2 ± …log_var^2"),
    ("kl-exp-forgotten", "-0.5 - 0.5*log_var + 0.5*mu^2 ± …abs(log_var)"),
    ("kl-term-missing", "-0.5 - 0.5*log_var + 0.5*mu^2", "-0.5 - 0.5*log_var + 0.5*exp(log_var)", "0.5*mu^2"),
    ("kl-term-missing", "-0.5 + 0.5*mu^2 + 0.5*exp(log_var)", "0.5*mu^2 + 0.5*exp(log_var)"),
    ("kl-term-missing", "-0.5 + 0.5*exp(log_var)"),
    ("kl-log-var-misread", "-0.5 - 0.25*log_var + 0.5*mu^2 + 0.5*exp(log_var)"),
    ("kl-log-var-misread", "-0.5 - log_var + 0.5*mu^2 + 0.5*exp(log_var)"),
    ("kl-log-var-misread", "-0.5 ± …log_var + 0.5*mu^2 + 0.5*exp(2*log_var)"),
    ("kl-log-var-misread", "-0.5 ± …log_var + 0.5*mu^2 + 0.5*exp(log_var/2)"),
    ("kl-log-var-misread", "-0.5 ± …log_var + 0.5*mu^2 + 0.5*exp(-log_var)"),
    ("kl-mu-not-squared", "-0.5 - 0.5*log_var + 0.5*exp(log_var) ± …mu", "KL ± #*sum(mu)^2 ± #*sum(mu^2)"),
    ("kl-mu-not-squared", "-0.5 - 0.5*log_var + 0.5*exp(log_var) ± …abs(mu)"),
    ("kl-mu-not-squared", "-0.5 - 0.5*log_var + 0.5*exp(log_var) ± …exp(mu)"),
    ("first-image-only", "KL(mu[:1], …"),
    ("hard-coded-size", "KL(mu[:#], …"),
    ("kl-reversed", "…#*mu^2*exp(-log_var)"),
    ("loss-arguments-swapped", "-0.5 - 0.5*mu + 0.5*log_var^2 + 0.5*exp(mu)"),
    ("log-var-clamped", "…max(log_var, …", "…min(log_var, …", "…log(exp(log_var) + …"),
    ("kl-other-divergence", "N*KL(mean(mu), mean(log_var))", "# - 0.5*log_var + #*mu^2 + #*exp(log_var)"),
    ("kl-other-divergence", "±# ± #*log_var", "# + 0.5*mu^2 + 0.5*exp(log_var)"),
)


def _limited(limit: Pair) -> Shape:
    def of(columns: Columns, c: Tensor) -> Tensor:
        log_var = limit(columns["log_var"], c)
        return (columns["mu^2"] + log_var.exp() - 1 - log_var) / 2

    return of


FORMULAS = {written(RIGHT).replace("log_var", text): _limited(limit) for text, limit in LIMITED.items()} | {
    "-0.5 - 0.5*log(exp(log_var) + {c}) + 0.5*mu^2 + 0.5*exp(log_var)": lambda columns, c: (
        (columns["mu^2"] + columns["exp(log_var)"] - 1 - (columns["exp(log_var)"] + c).log()) / 2
    )
}


def questions(seed: int) -> dict[str, Question]:
    """Single elements, batches of different elements, and some calls again."""
    draw = Draw(seed)
    mu = 1.5 * draw.normal("mu", NEAR + 24, 1, 1)
    far = draw.log_var("far", -WIDEST, WIDEST, 24, 1, 1)
    log_var = torch.cat([draw.uniform("near", -3, 3, NEAR, 1, 1), far])
    asked = {f"one {i}": KL.ask(mu[i], log_var[i], "N=1, D=1") for i in range(len(mu))}
    for index, at in enumerate(torch.linspace(-9, 9, 19)):
        asked[f"along {index}"] = KL.ask(torch.full((1, 1), 3.0), at.reshape(1, 1), "N=1, D=1")
    for rows, columns in SIZES:
        for name in (f"sum {rows}x{columns} {index}" for index in range(3)):
            some = draw.normal(name, rows, columns), draw.uniform(name + "v", -2, 2, rows, columns)
            asked[name] = KL.ask(*some, f"N={rows}, D={columns}")
    for index in range(3):
        some = draw.normal(f"g {index}", 20, 3), draw.uniform(f"h {index}", -3, 3, 20, 3)
        asked[f"gradient {index}"] = KL.ask(*some, "N=20, D=3", "mu", "log_var")
    for sign, called in ((-1, "D=40, log_var < -6"), (1, "D=40, log_var > 6")):
        wide = sign * draw.uniform(f"wide {sign}", 6, WIDEST, 2, 40)
        asked[f"wide {sign}"] = KL.ask(draw.normal("wide", 2, 40), wide, called)
    return asked | dict.fromkeys(("again 0", "again 1", "again 2"), KL.ask(*some, "N=20, D=3"))


def _sums(of: Pair, mu: Tensor, log_var: Tensor) -> dict[str, Tensor]:
    """What a batch may come to other than a sum of its elements."""
    (n, d), one = mu.shape, torch.ones((), dtype=torch.float64)
    return {
        "1": one,
        "N": n * one,
        "D": d * one,
        "N*D": n * d * one,
        "N*KL(mean(mu), mean(log_var))": n * of(mu.mean(0), log_var.mean(0)).sum(),
        "KL(mean(mu), mean(log_var))": of(mu.mean(0), log_var.mean(0)).sum(),
        "sum(mu)^2": mu.sum().square(),
        "sum(mu^2)": mu.square().sum(),
    }


KL = Sum("kl_divergence", ("mu", "log_var"), "KL", TERMS, RIGHT, FORMULAS, _sums, RULES, GRADIENTS)
RETURNED = {"sum 131x23 0": {131: "N", 23: "D"}, "sum 4x3 0": {4: "N", 3: "D"}}
READINGS = (
    *common.raises(),
    common.returns(RETURNED, "scalar tensor", NOT_SCALAR),
    common.changes("sum 4x3 0", "sum 2x20 0"),
    infinite(("wide -1", "wide 1"), "beyond-float32"),
    *KL.readings(),
)
