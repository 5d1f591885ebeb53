"""Which formula mean_squared_error computes."""

from __future__ import annotations

import math

from autograder.checks.measured import Question, Reading, Said, Seen, scalar
from other_homework.measure import normal, question, value

RIGHT = "mean((prediction - target)^2)"
FORMULAS = {
    RIGHT: (lambda off: off.square().mean(), None),
    "sum((prediction - target)^2)": (lambda off: off.square().sum(), "error-summed"),
    "mean(abs(prediction - target))": (lambda off: off.abs().mean(), "error-absolute"),
    "sqrt(mean((prediction - target)^2))": (lambda off: off.square().mean().sqrt(), "error-root"),
}


def questions(seed: int) -> dict[str, Question]:
    return {
        f"{count} points": question(
            "mean_squared_error", prediction=normal(seed, count), target=normal(seed + 1, count)
        )
        for count in (1, 2, 7)
    }


def read(seen: Seen) -> Said | None:
    for written, (formula, misconception) in FORMULAS.items():
        if all(_gives(formula, seen, name) for name in seen.questions):
            return None if written == RIGHT else Said({"yours": written, "asked": RIGHT}, misconception)
    return None


def _gives(formula, seen: Seen, name: str) -> bool:
    given = seen.given(name)["arguments"]
    right = float(formula((given["prediction"] - given["target"]).double()))
    return math.isclose(scalar(value(seen, name)), right, rel_tol=1e-4, abs_tol=1e-6)


READINGS = (Reading("formula", read),)
