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
WRONG = [
    ("mu + log_var.exp() * torch.randn_like(mu)", "z_formula", "mu + exp(log_var)*eps", "reparam-var-as-std"),
    (f"mu + 0.7 * {NOISE}", "z_formula", "mu + 0.7*exp(0.5*log_var)*eps", "reparam-noise-scale"),
    (f"{NOISE} - mu", "z_formula", "-mu + exp(0.5*log_var)*eps", "reparam-mu-forgotten"),
    ("mu + torch.randn_like(mu)", "z_formula", "mu + eps", "reparam-std-forgotten"),
    (f"mu + ({NOISE} if self.training else 0)", "z_formula", "mu", "reparam-eval-returns-mean"),
    (f"mu.detach() + {NOISE}", "z_gradient", None, "reparam-mu-detached"),
    (f"mu + ({NOISE}).detach()", "z_gradient", None, "reparam-std-detached"),
    (f"mu + {SIGMA} * torch.rand_like(mu)", "noise_shape", None, "reparam-noise-uniform"),
    (f"mu + {SIGMA} * torch.randn(mu.shape[1])", "noise_images", None, "reparam-noise-shared-batch"),
    (f"mu + {SIGMA} * torch.randn(len(mu), 1)", "noise_dimensions", None, "reparam-noise-shared-dims"),
    (f"torch.tanh(mu + {NOISE})", "z_range", None, "reparam-z-squashed"),
    (f"(mu + {NOISE}).squeeze()", "returned_for", "float32 tensor (20)", "reparam-wrong-shape"),
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


@pytest.mark.parametrize(("result", "name", "yours", "misconception"), WRONG)
def test_says_what_a_wrong_function_computes(
    said: Any, result: str, name: str, yours: str | None, misconception: str
) -> None:
    first = said(result)[0]
    assert (first.id, first.misconception) == (name, misconception)
    assert yours in (None, first.values.get("yours"))


@pytest.mark.parametrize("result", RIGHT)
def test_says_nothing_of_a_right_function(said: Any, result: str) -> None:
    assert said(result) == []


@pytest.mark.parametrize("value", [None, [], {}, [{}], [{"value": float("nan")}], Foreign("x"), "text", 7])
def test_says_nothing_of_garbage(value: Any) -> None:
    statements = measured.measured("reparameterize", lambda calls: [{"value": value} for _ in calls], 0)
    assert [each.id for each in statements if each.id != "returned_for"] == []
