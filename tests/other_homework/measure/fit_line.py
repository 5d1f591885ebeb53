"""Which steps fit_line takes: their number, their direction, and what becomes of earlier gradients."""

from __future__ import annotations

import itertools

import torch

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, Values, scalar
from other_homework.measure import normal, question, value
from other_homework.probes.standins.loss import mean_squared_error

RIGHT = {"direction": -1, "kept": 0, "more": 0}
KNOWN = {"direction": "fit-ascent", "kept": "fit-accumulated", "more": "fit-step-count"}


def questions(seed: int) -> dict[str, Question]:
    points = {"x": normal(seed, 6), "y": normal(seed + 1, 6)}
    return {
        f"{steps} steps": question("fit_line", **points, steps=steps, learning_rate=0.03)
        for steps in (2, 3, 5)
    }


def predicts(values: Values, seen: Seen) -> bool:
    """Whether steps of this kind lead where the student's do. ``kept``: the share of earlier gradients that remains."""
    for name in seen.questions:
        given = seen.given(name)["arguments"]
        line, total = torch.zeros(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
        for _ in range(given["steps"] + values["more"]):
            line.requires_grad_()
            loss = mean_squared_error(line[0] * given["x"] + line[1], given["y"])
            total = values["kept"] * total + torch.autograd.grad(loss, line)[0]
            line = line.detach() + values["direction"] * given["learning_rate"] * total
        found = value(seen, name)
        if not isinstance(found, (list, tuple)) or len(found) != 2:
            raise Unclear
        if not torch.allclose(torch.tensor([scalar(each) for each in found]).double(), line, atol=1e-5):
            return False
    return True


def read(seen: Seen) -> Said | None:
    for chosen in itertools.product((-1, 1), (0, 1), (0, -1, 1)):
        values = dict(zip(RIGHT, chosen, strict=True))
        if predicts(values, seen):
            wrong = [name for name in RIGHT if values[name] != RIGHT[name]]
            return Said(values, KNOWN[wrong[0]] if len(wrong) == 1 else None) if wrong else None
    return None


READINGS = (Reading("steps", read, predicts),)
