"""Made-up results for the pages: a class of any size, the same each time."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from autograder.messages import catalogue
from autograder.report import INSTRUCTORS
from autograder.results import Check, Measured, Result
from tests.pages import some_pictures

KIND = {"reparameterize": 20, "loss": 30, "training": 30, "latent": 20}  # part -> points
NAMES = (
    "kim-minji",
    "이서준",
    "park-jihoon",
    "최수아",
    "jung-haeun",
    "강도윤",
    "yoon-seoyeon",
    "Ólafur",
    "عمر",
)
FORMULAS = (  # what kl_divergence computes
    "-1 - log_var + mu^2 + exp(log_var)",
    "-0.5 - 0.5*log_var + 0.5*mu^2",
    "-0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)",
)


def part_of(check: str) -> str:
    """The part that a check belongs to, read from its name."""
    begins = {"reparameterize": "reparameterize", "kl": "loss", "reconstruction": "loss", "loss": "loss"}
    begins |= {"train": "training", "short": "training"}
    return begins.get(check.split("_")[0], "latent")


def results(count: int, seed: int = 0) -> list[Result]:
    """``count`` results with all checks of the kit, and about as many mistakes as students make."""
    chance = random.Random(seed)
    titles = catalogue("en")["titles"]
    known = sorted(catalogue("en")["misconceptions"])[:12]
    of_part = {part: [check for check in titles if part_of(check) == part] for part in KIND}
    return [_result(f"{NAMES[n % len(NAMES)]}-{n:04}", chance, titles, known, of_part) for n in range(count)]


def _result(
    name: str, chance: random.Random, titles: dict[str, str], known: list[str], of_part: dict[str, list[str]]
) -> Result:
    skill = chance.random()
    status = chance.choices(("graded", "timeout", "crashed", "rejected", "failed"), (90, 4, 3, 2, 1))[0]
    checks = []
    for part, ids in of_part.items():
        for id in ids:
            passed = status not in ("rejected", "failed") and chance.random() < 0.4 + 0.7 * skill
            points = KIND[part] / len(ids)
            values = {"called": "vae.loss.kl_divergence(mu, log_var)", "returned": "3.5", "expected": "7.25"}
            outcome = "passed" if passed else chance.choice(("failed", "failed", "error", "not_run"))
            found = chance.choice(known) if outcome == "failed" and chance.random() < 0.3 else None
            message = "Passed." if passed else "kl_divergence(mu, log_var) returned 3.5; expected 7.25 nats."
            message_id = "check.passed" if passed else "kl_divergence.value"
            earned = points if passed else 0.0
            checks.append(
                Check(id, part, titles[id], earned, points, outcome, message, message_id, values, found)
            )
    score = None if status == "failed" else round(sum(check.points for check in checks), 1)
    own = random.Random(name)
    yours = own.choice(FORMULAS)
    values = {"yours": yours, "asked": "-0.5 - 0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)"}
    said = Measured("kl_divergence", "measured.kl_formula", values, "recorded")
    failing = any(check.outcome == "failed" and check.id.startswith("kl_") for check in checks)
    seconds = round(chance.lognormvariate(1.5, 0.5), 2)
    return Result(
        name,
        score,
        100.0,
        status,
        "digits",
        "cpu",
        4711,
        seconds,
        tuple(checks),
        isolation="namespaces",
        measured=(said,) if failing else (),
    )


def write_results(out: Path, made: list[Result]) -> None:
    """Write OUT/results as ``grade`` does. Submissions' names become file names unchanged."""
    (out / "results").mkdir(parents=True, exist_ok=True)
    for result in made:
        (out / "results" / f"{result.submission}.json").write_text(result.to_json(), encoding="utf-8")


def write_pictures(out: Path, made: list[Result]) -> None:
    """Write OUT/pictures and the instructor's. The samples look like digits; all else is noise."""
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    (out / INSTRUCTORS).write_bytes(some_pictures().to_bytes())
    digits = np.kron(load_digits().images, np.ones((3, 3))) * (255 / 16)
    images = np.pad(digits, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)
    for number, result in enumerate(made):
        start = 13 * number % (len(images) - 64)
        drawn = some_pictures(samples=images[start : start + 64], digest=result.digest)
        (out / "pictures" / f"{result.submission}.safetensors").write_bytes(drawn.to_bytes())
