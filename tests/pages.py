"""Helpers for the tests of pages: results made of a few words, a parsed page, and texts that pose as markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np

from autograder.messages import Message
from autograder.results import Check, Measured, Result
from autograder.vae.pages import pictures
from autograder.vae.pages.pictures import Pictures

VOID = {"meta", "link", "br", "img", "hr", "input", "wbr"}
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</title><svg/onload=alert(1)>",
    "<!-- --><iframe src=javascript:alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% for x in y %}",
    "{0.__class__}{x!r}",
    "&lt;script&gt;",
    "<style>@import 'http://x'</style>",
    "\0<b>\x1b[31m",
    "half \ud800 pair",
    "\u202egnp.exe",
]


class Page(HTMLParser):
    """A parsed page: its tags, attributes and text. Fails if the tags are not well nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def check(id: str, part: str, outcome: str = "passed", points: float = 10, **more: object) -> Check:
    earned = points if outcome == "passed" else 0.0
    message = "" if outcome == "passed" else f"Message of {id}."
    record = Check(id, part, f"Title of {id}", earned, points, outcome, message, "", {})
    return replace(record, **more)  # type: ignore[arg-type]


def result(name: str = "kim", *checks: Check, status: str = "graded", **more: object) -> Result:
    score = None if status == "failed" else sum(each.points for each in checks)
    record = Result(name, score, 100.0, status, "digits", "cpu", 4711, 1.0, checks)
    return replace(record, **more)  # type: ignore[arg-type]


MIXED = (
    check("r1", "reparameterize"),
    check("l1", "loss", "failed", misconception="mean_reduction"),
    check("l2", "loss", "not_run"),
    check("t1", "training", "passed", 12.5),
    check("t2", "training", "error"),
    check("z1", "latent", "crashed"),
)


ALONG = [-3.0, -1.0, 1.0, 3.0]
CURVE = {"along": "log_var", "x": ALONG, "yours": [0.0, 0.3, 1.3, 3.1], "asked": [0.2, 0.6, 1.6, 4.5]}
RIGHT = "-0.5 - 0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)"
HALF = {"yours": "-1 - log_var + mu^2 + exp(log_var)", "asked": RIGHT}
MEASURED = (
    Measured("kl_divergence", "measured.kl_formula", HALF, "recorded"),
    Measured("kl_divergence", "measured.returns", {"yours": "tensor (N, D)", "asked": "scalar tensor"}, "x"),
    Measured("reparameterize", "measured.of_a_newer_kit", {"curve": CURVE}, "Its spread grows too slowly."),
)


def evil(text: str) -> Result:
    """A result with this text in every field that a student can influence."""
    fields = (
        "called",
        "returned",
        "expected",
        "text",
        "kind",
        "file",
        "argument",
        "largest",
        "share",
        "path",
    )
    values = {**dict.fromkeys(fields, text), "line": 1}
    ids = (
        "check.raised",
        "kl_divergence.value",
        "kl_divergence.gradient",
        "intake.missing",
        "unknown." + text,
    )
    checks = [
        check(
            f"x{i}",
            "loss",
            "error",
            message_id=id,
            values=values,
            message=text,
            title=text,
            misconception=text,
        )
        for i, id in enumerate(ids)
    ]
    notes = (Message("intake.link", {"path": text}), Message("unknown " + text))
    curve = {**CURVE, "along": text}
    measured = (
        Measured(text, "unknown." + text, {"yours": text, "asked": text, "curve": curve}, text),
        Measured(text, "measured.returns", {"yours": text, "asked": text}, text),
        Measured("f", "measured.raises", {"raised": text}, text),
    )
    return result(text, *checks, measured=measured, notes=notes, dataset=text, device=text, isolation=text)


def some_pictures(**changed: Any) -> Pictures:
    """Random pictures, as large as those of a real model."""
    draw = np.random.default_rng(0)
    arrays: dict[str, Any] = {
        name: draw.integers(0, 256, shape).astype(np.uint8)
        for name, (dtype, shape) in pictures.SIZES.items()
        if dtype == "uint8"
    }
    arrays["labels"] = arrays["labels"] % 10
    arrays["codes"] = draw.normal(size=(pictures.CODES, 2)).astype(np.float32)
    arrays["losses"] = np.array([540.5, 400.25, 350.0, 330.0], np.float32)
    return Pictures(**{**arrays, "steps": 64, "dataset": "digits", "digest": "", **changed})
