"""What is said of the three functions of vae.loss, measured in this process."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from autograder.checks import measured
from autograder.sandbox.encoding import decode, encode
from autograder.vae.probes import probes

Student = Callable[..., Any]


def rec(recon_x, x):  # type: ignore[no-untyped-def]
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")


def kl(mu, log_var, weight=1.0):  # type: ignore[no-untyped-def]
    return -0.5 * weight * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


def total(recon_x, x, mu, log_var):  # type: ignore[no-untyped-def]
    return rec(recon_x, x) + kl(mu, log_var)


RIGHT = {"reconstruction_loss": rec, "kl_divergence": kl, "loss_function": total}
TEXT = "-0.5 - 0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)"


def said(stub: str, function: Student, monkeypatch: pytest.MonkeyPatch) -> list[measured.Statement]:
    """The statements about a function in the place of the stub, the other two being right."""
    functions = {**RIGHT, stub: function}
    monkeypatch.setattr(probes, "student_function", lambda name: functions[name])

    def ask(calls: list[dict[str, Any]]) -> list[Any]:
        outcomes: list[Any] = []
        for call in copy.deepcopy(calls):
            try:
                outcome = {"value": probes.PROBES[call["probe"]](**call["arguments"])}
            except Exception as error:  # noqa: BLE001
                outcome = {"raised": {"type": type(error).__name__}}
            outcomes.append(decode(*encode(outcome)))
        return outcomes

    return measured.measured(stub, ask, 0)


# The function, then the statement with the formula and the misconception.
CASES: dict[str, dict[str, tuple[Student, str, str, str | None]]] = {
    "kl_divergence": {
        "weight": (lambda mu, log_var: kl(mu, log_var, 0.1), "kl_formula", f"0.1*({TEXT})", "kl-weighted"),
        "sign": (lambda mu, log_var: -kl(mu, log_var), "kl_formula", f"-({TEXT})", "kl-sign"),
        "no one": (
            lambda mu, log_var: kl(mu, log_var) + 0.5 * mu.numel(),
            "kl_formula",
            "-0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)",
            "kl-missing-one",
        ),
        "clamp": (
            lambda mu, log_var: kl(mu, log_var.clamp(-4, 4)),
            "kl_formula",
            TEXT.replace("log_var", "min(max(log_var, -4), 4)"),
            "log-var-clamped",
        ),
        "other clamp": (lambda mu, log_var: kl(mu, log_var.clamp(-3, 5)), "kl_curve", "", None),
        "mean": (lambda mu, log_var: kl(mu, log_var) / len(mu), "kl_batch", "KL/N", "batch-mean"),
        "some": (
            lambda mu, log_var: kl(mu[:128], log_var[:128]),
            "kl_batch",
            "KL(mu[:128], log_var[:128])",
            "hard-coded-size",
        ),
        "capacity": (
            lambda mu, log_var: (kl(mu, log_var) - 10).abs(),
            "kl_batch",
            "abs(KL - 10)",
            "kl-weighted",
        ),
        "detached": (lambda mu, log_var: kl(mu.detach(), log_var), "gradient", "", "kl-detached"),
        "edited": (lambda mu, log_var: kl(mu.clamp_(-1, 1), log_var), "changes", "", "input-edited"),
    },
    "reconstruction_loss": {
        "mean": (
            lambda recon_x, x: rec(recon_x, x) / 784,
            "reconstruction_formula",
            "(-x*log(recon_x) - (1-x)*log(1-recon_x))/784",
            "rec-mean",
        ),
        "turned": (
            lambda recon_x, x: rec(recon_x, x.reshape(-1, 28, 28).mT.reshape(-1, 784)),
            "reconstruction_batch",
            "reconstruction(recon_x, transposed(x))",
            "rec-shape-mismatch",
        ),
        "clamp": (
            lambda recon_x, x: rec(recon_x.clamp(0.01, 0.99), x),
            "reconstruction_formula",
            "-x*log(min(max(recon_x, 0.01), 1-0.01)) - (1-x)*log(1-min(max(recon_x, 0.01), 1-0.01))",
            "rec-clamp-too-wide",
        ),
        "sampled": (lambda recon_x, x: rec(recon_x, torch.bernoulli(x)), "varies", "", None),
        "list": (lambda recon_x, x: [rec(recon_x, x)], "returns", "list of 1", "returns-extra-values"),
    },
    "loss_function": {
        "beta": (
            lambda recon_x, x, mu, log_var: rec(recon_x, x) + 4 * kl(mu, log_var),
            "loss_made",
            "reconstruction + 4*KL",
            "kl-weighted",
        ),
        "mean": (
            lambda recon_x, x, mu, log_var: total(recon_x, x, mu, log_var) / len(x),
            "loss_made",
            "(reconstruction + KL)/N",
            "batch-mean",
        ),
        "free bits": (
            lambda recon_x, x, mu, log_var: rec(recon_x, x) + (kl(mu, log_var) - 10).relu(),
            "loss_made",
            "reconstruction + max(KL - 10, 0)",
            "kl-weighted",
        ),
        "one case": (
            lambda recon_x, x, mu, log_var: rec(recon_x, x) / x.shape[1] + kl(mu, log_var),
            "loss_other",
            "",
            None,
        ),
        "detached": (
            lambda recon_x, x, mu, log_var: rec(recon_x, x) + kl(mu, log_var).detach(),
            "loss_gradient",
            "",
            "kl-detached",
        ),
    },
}


@pytest.mark.parametrize(("stub", "case"), [(stub, case) for stub, cases in CASES.items() for case in cases])
def test_a_mistake_is_said_as_it_is(stub: str, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, kind, yours, misconception = CASES[stub][case]
    first = said(stub, function, monkeypatch)[0]
    assert (first.id, first.misconception) == (kind, misconception)
    assert not yours or first.values["yours"] == yours


@pytest.mark.parametrize("stub", RIGHT)
def test_of_right_code_nothing_is_said(stub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(stub, RIGHT[stub], monkeypatch) == []


@pytest.mark.parametrize("garbage", [{"value": 1}, float("nan"), torch.tensor([[]])])
@pytest.mark.parametrize("stub", RIGHT)
def test_garbage_is_not_read_as_a_formula(stub: str, garbage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = said(stub, lambda *_: garbage, monkeypatch)
    assert {each.id for each in statements} <= {"returns", "infinite", "raises_for", "raises"}
