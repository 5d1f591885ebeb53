"""Statements about reparameterize: true ones for wrong functions, none for right ones or garbage."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.checks import bank, measured
from autograder.checks.remote import RemoteSubmission
from autograder.homework import homework
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.encoding import Foreign

SIGMA = "(0.5 * log_var).exp()"
NOISE = f"{SIGMA} * torch.randn_like(mu)"
FUNCTION = "import torch\n\n\ndef reparameterize(self, mu, log_var):\n    return {}\n"
WRONG = [  # result, reading, some of its values, misconception
    ("mu + log_var.exp() * torch.randn_like(mu)", "z_formula", "mu + exp(log_var)*eps", "reparam-var-as-std"),
    (f"mu + 0.7 * {NOISE}", "z_formula", "mu + 0.7*exp(0.5*log_var)*eps", "reparam-noise-scale"),
    (f"mu + ({NOISE} if self.training else 0)", "z_formula", "mu", "reparam-eval-returns-mean"),
    (
        "mu + (0.5 * log_var.clamp(-4, 4)).exp() * torch.randn_like(mu)",
        "z_formula",
        "mu + exp(0.5*min(max(log_var, -4), 4))*eps",
        "log-var-clamped",
    ),
    (f"mu.detach() + {NOISE}", "z_gradient", "mu", "reparam-mu-detached"),
    (f"mu + ({NOISE}).detach()", "z_gradient", "log_var", "reparam-std-detached"),
    (f"mu + {SIGMA} * torch.rand_like(mu)", "noise_shape", "0.01, 0.25, 0.75, 0.99", "reparam-noise-uniform"),
    (f"mu + {SIGMA} * torch.randn(mu.shape[1])", "noise_images", 1, "reparam-noise-shared-batch"),
    (f"mu + {SIGMA} * torch.randn(len(mu), 1)", "noise_dimensions", 1, "reparam-noise-shared-dims"),
    (f"mu + {SIGMA} * torch.randn_like(mu).sort().values", "noise_tied", "> 4", "reparam-noise-dependent"),
    (f"torch.sigmoid(mu + {NOISE})", "noise_shape", "0, 0.05, 0.32, 0.37", None),
    (f"(mu + {NOISE}).squeeze()", "returned_for", "float32 tensor (20)", "reparam-wrong-shape"),
    (f"mu + {NOISE} + 0.5 * torch.randn_like(mu)", "z_spread", "0.0071, 140", None),
]
RIGHT = [f"mu + {NOISE}", f"mu - {NOISE}", f"torch.normal(torch.zeros_like(mu), 1.0) * {SIGMA} + mu"]


@pytest.fixture
def said(warm_parent: WarmParent) -> Any:
    """What is said about a function that returns this expression."""

    def measure(result: str) -> list[measured.Statement]:
        header = {"stub": "reparameterize"}
        submission = bank.submission(bank.Entry("made up", "wrong", header, FUNCTION.format(result)))
        run = Run(homework(), "digits", None, "cpu", 0, "en")
        remote = RemoteSubmission(submission, "reparameterize", warm_parent, run)
        try:
            return measured.measured("reparameterize", lambda calls: remote.ask("many", {"calls": calls}), 3)
        finally:
            remote.close()

    return measure


@pytest.mark.parametrize(("result", "name", "value", "misconception"), WRONG)
def test_says_what_a_wrong_function_computes(
    said: Any, result: str, name: str, value: object, misconception: str | None
) -> None:
    first = said(result)[0]
    assert (first.id, first.misconception) == (name, misconception)
    assert value in first.values.values()


@pytest.mark.parametrize("result", RIGHT)
def test_says_nothing_of_a_right_function(said: Any, result: str) -> None:
    assert said(result) == []


@pytest.mark.parametrize("value", [None, [], {}, [{}], [{"value": float("nan")}], Foreign("x"), "text", 7])
def test_says_nothing_of_garbage(value: Any) -> None:
    statements = measured.measured("reparameterize", lambda calls: [{"value": value} for _ in calls], 0)
    assert [each.id for each in statements if each.id != "returned_for"] == []
