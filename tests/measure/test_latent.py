"""Statements about generate, interpolate and restore: true ones for wrong functions, none for right ones or garbage."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from autograder.checks import bank, measured
from autograder.checks.remote import RemoteSubmission
from autograder.homework import homework
from autograder.run import Run
from autograder.sandbox.client import WarmParent

FUNCTIONS = {
    "generate": """
        @torch.no_grad()
        def generate(model, count, device):
            z = torch.randn(count, model.latent_dim, device=device)
            images = model.decode(z).view(-1, 1, 28, 28)
            return images
        """,
    "interpolate": """
        @torch.no_grad()
        def interpolate(model, x_start, x_end, steps):
            start, end = model.encode(x_start)[0], model.encode(x_end)[0]
            t = torch.linspace(0, 1, steps, device=x_start.device).view(-1, 1)
            z = (1 - t) * start + t * end
            images = model.decode(z).view(-1, 1, 28, 28)
            return images
        """,
    "restore": """
        @torch.no_grad()
        def restore(model, x, known, iterations):
            image = known * x + (1 - known) * 0.5
            for _ in range(iterations):
                images = model.decode(model.encode(image)[0]).view(-1, 1, 28, 28)
                image = known * x + (1 - known) * images
            return image
        """,
}
# A function, what is replaced in it by what, and what is said.
WRONG = [
    ("generate", "randn(", "rand(", "gen_spread", {"mean": 0.5, "std": 0.29}, "gen-uniform"),
    ("generate", "z = ", "z = 2 * ", "gen_wide", {}, "gen-scale"),
    ("generate", "(z)", "(z[:, :1].expand_as(z))", "gen_shared", {"distinct": 1}, "gen-repeated"),
    ("generate", "return images", "return 1 - images", "latent_altered", {"yours": "1 - p"}, "latent-output-altered"),
    ("generate", "@torch.no_grad()", "", "latent_gradients", {}, "latent-gradients"),
    ("generate", "model.latent_dim", "20", "raises_for", {"works": "count=1, latent_dim=20"}, None),
    ("generate", "z = ", "raise OSError('No CUDA'); z = ", "raises", {"raised": "OSError"}, "hard-coded-device"),
    ("interpolate", "steps,", "steps + 1,", "returns_for", {"yours": "tensor (steps+1, 1, 28, 28)"}, None),
    ("interpolate", "(0, 1,", "(1, 0,", "interp_weights", {"yours": "decode(0.25*mu_start + 0.75*mu_end)"}, "interp-reversed"),
    ("interpolate", "model.decode(z)", "((1 - t) * x_start.view(1, -1) + t * x_end.view(1, -1))", "interp_weights", {"yours": "0.75*x_start + 0.25*x_end"}, "interp-pixels"),
    ("interpolate", "(x_end)[0]", "(x_end)[1]", "interp_weights", {"yours": "decode(0.75*mu_start + 0.25*log_var_end)"}, "log-var-for-mu"),
    ("interpolate", "(z)", "(z + 0.1 * torch.randn_like(z))", "latent_random", {}, None),
    ("restore", "* 0.5", "* 0", "restore_program", {"yours": "start = known*x + (1 - known)*0"}, "restore-start"),
    ("restore", "range(iterations)", "range(1)", "restore_program", {"yours": "rounds = 1"}, "restore-iteration-count"),
    ("restore", "return image", "return images", "restore_program", {"yours": "returned = recon_x"}, "restore-known-overwritten"),
    ("restore", "return image", "return 0.5 * (image + images)", "restore_known", {"yours": "0.5*p + 0.5*x"}, "restore-blended"),
    ("restore", "image = known", "x[:] = 0; image = known", "changes", {"argument": "x"}, "input-edited"),
]  # fmt: skip


@pytest.fixture
def said(warm_parent: WarmParent) -> Any:
    """What is said about a function in which something is replaced."""

    def measure(stub: str, old: str = "", new: str = "") -> list[measured.Statement]:
        source = "import torch\n" + textwrap.dedent(FUNCTIONS[stub]).replace(old, new, -1 if old else 0)
        submission = bank.submission(bank.Entry("made up", "wrong", {"stub": stub}, source))
        run = Run(homework(), "digits", None, "cpu", 0, "en")
        remote = RemoteSubmission(submission, "latent", warm_parent, run)
        try:
            return measured.measured(stub, lambda calls: remote.ask("many", {"calls": calls}), 3)
        finally:
            remote.close()

    return measure


@pytest.mark.parametrize(("stub", "old", "new", "name", "values", "misconception"), WRONG)
def test_says_what_a_wrong_function_computes(
    said: Any, stub: str, old: str, new: str, name: str, values: dict[str, Any], misconception: str | None
) -> None:
    first = said(stub, old, new)[0]
    assert (first.id, first.misconception) == (name, misconception)
    assert {of: first.values[of] for of in values} == values


@pytest.mark.parametrize(
    ("stub", "old", "new"),
    [
        *((stub, "", "") for stub in FUNCTIONS),
        (
            "generate",
            "randn(count, model.latent_dim, device=device)",
            "zeros(count, model.latent_dim, device=device).normal_()",
        ),
        ("interpolate", "(1 - t) * start + t * end", "torch.lerp(start, end, t)"),
        ("restore", "known * x + (1 - known) * images", "torch.where(known > 0, x, images)"),
    ],
)
def test_says_nothing_of_a_right_function(said: Any, stub: str, old: str, new: str) -> None:
    assert said(stub, old, new) == []


@pytest.mark.parametrize("value", [[{}], {"value": float("nan"), "after": 3}, "text"])
@pytest.mark.parametrize("stub", FUNCTIONS)
def test_says_no_more_of_garbage_than_what_it_is(stub: str, value: Any) -> None:
    statements = measured.measured(stub, lambda calls: [{"value": value} for _ in calls], 0)
    assert [each.id for each in statements if each.id != "returns_for"] == []


@pytest.mark.parametrize("seed", range(4))
def test_what_is_wrong_with_some_images_only_holds_with_others(warm_parent: WarmParent, seed: int) -> None:
    """restore--stops-when-settled is right for about half of the single images, and for few batches of five."""
    entry = next(each for each in bank.entries(homework().bank, "wrong") if "stops-when-settled" in each.name)
    run = Run(homework(), "digits", None, "cpu", 0, "en")
    remote = RemoteSubmission(bank.submission(entry), "latent", warm_parent, run)

    def ask(calls: list[dict[str, Any]]) -> Any:
        return remote.ask("many", {"calls": calls})

    try:
        statements = measured.measured("restore", ask, seed)
        assert all(measured.holds(each, ask, 100 + other) for each in statements for other in range(5))
    finally:
        remote.close()
