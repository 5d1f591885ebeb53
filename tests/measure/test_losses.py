"""What is said of the three functions of vae.loss, measured in this process."""

from __future__ import annotations

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


def said(stub: str, function: Student, monkeypatch: pytest.MonkeyPatch) -> list[measured.Statement]:
    """The statements about a function in the place of the stub, the other two being right."""
    functions = {**RIGHT, stub: function}
    monkeypatch.setattr(probes, "student_function", lambda name: functions[name])

    def ask(calls: list[dict[str, Any]]) -> list[Any]:
        outcomes: list[Any] = []
        for call in calls:
            try:
                outcome = {"value": probes.PROBES[call["probe"]](**call["arguments"])}
            except Exception as error:  # noqa: BLE001
                outcome = {"raised": {"type": type(error).__name__}}
            outcomes.append(decode(*encode(outcome)))
        return outcomes

    return measured.measured(stub, ask, 0)


KL_CASES: dict[str, tuple[Student, str, str, str | None]] = {
    "weight": (lambda mu, v: kl(mu, v, 0.1), "kl_formula", "0.1*(-0.5 - 0.5*log_var", "kl-weighted"),
    "clamp": (
        lambda mu, v: kl(mu, v.clamp(-4, 4)),
        "kl_formula",
        "-0.5 - 0.5*min(max(log_var, -4), 4)",
        "log-var-clamped",
    ),
    "first images": (lambda mu, v: kl(mu[:128], v[:128]), "kl_sum", "KL(mu[:128], log_var[:128])", None),
    "mean": (lambda mu, v: kl(mu, v) / len(mu), "kl_sum", "KL/N", "batch-mean"),
    "capacity": (lambda mu, v: (kl(mu, v) - 10).abs(), "kl_total", "abs(KL - 10)", "kl-weighted"),
    "detached": (lambda mu, v: kl(mu.detach(), v), "gradient", "0", "kl-detached"),
}
REC_CASES: dict[str, tuple[Student, str, str, str | None]] = {
    "mean": (lambda r, x: rec(r, x) / 784, "reconstruction_formula", "1/784*(", "rec-mean"),
    "turned": (
        lambda r, x: rec(r, x.reshape(-1, 28, 28).mT.reshape(-1, 784)),
        "reconstruction_sum",
        "reconstruction(recon_x, transposed(x))",
        "rec-shape-mismatch",
    ),
    "sampled": (lambda r, x: rec(r, torch.bernoulli(x)), "random", "", None),
    "clamp": (
        lambda r, x: rec(r.clamp(0.01, 0.99), x),
        "reconstruction_formula",
        "-x*log(min(max(recon_x, 0.01), 0.99))",
        "rec-clamp-too-wide",
    ),
}
LOSS_CASES: dict[str, tuple[Student, str, str, str | None]] = {
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
    "detached": (
        lambda recon_x, x, mu, log_var: rec(recon_x, x) + kl(mu, log_var).detach(),
        "loss_gradient",
        "",
        "kl-detached",
    ),
}
STUBS = {"kl_divergence": KL_CASES, "reconstruction_loss": REC_CASES, "loss_function": LOSS_CASES}


@pytest.mark.parametrize(("stub", "case"), [(stub, case) for stub, cases in STUBS.items() for case in cases])
def test_a_mistake_is_said_as_it_is(stub: str, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, kind, yours, misconception = STUBS[stub][case]
    first = said(stub, function, monkeypatch)[0]
    assert (first.id, first.misconception) == (kind, misconception)
    assert first.values.get("yours", "").startswith(yours)


@pytest.mark.parametrize("stub", STUBS)
def test_of_right_code_nothing_is_said(stub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(stub, RIGHT[stub], monkeypatch) == []


@pytest.mark.parametrize("garbage", [{"value": 1}, float("nan"), torch.tensor([[]])])
@pytest.mark.parametrize("stub", STUBS)
def test_garbage_is_not_read_as_a_formula(stub: str, garbage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {each.id for each in said(stub, lambda *_: garbage, monkeypatch)} <= {
        "returns",
        "infinite",
        "raises_for",
        "raises",
    }
