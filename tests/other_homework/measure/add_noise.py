"""How wide the noise of add_noise is, and whether each element gets its own."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, short, tensor
from other_homework.measure import normal, question, value

MANY = 40_000
SPREADS = (0.25, 1.0, 4.0)


def questions(seed: int) -> dict[str, Question]:
    y = normal(seed, MANY)
    asked = {f"spread {spread}": question("add_noise", y=y, spread=spread) for spread in SPREADS}
    return {**asked, "again": question("add_noise", y=y, spread=1.0)}


def _noise(seen: Seen, name: str) -> Tensor:
    return tensor(value(seen, name), MANY) - seen.given(name)["arguments"]["y"].double()


def read_sharing(seen: Seen) -> Said | None:
    """What the noise is the same for: every element, or every call."""
    first, again = _noise(seen, "spread 1.0"), _noise(seen, "again")
    if float((first - first[0]).abs().max()) < 1e-5:
        return Said({"same": "element"}, "noise-shared")
    if torch.equal(first, again):
        return Said({"same": "call"}, "noise-seeded")
    return None


def read_power(seen: Seen) -> Said | None:
    """The noise's standard deviation is spread to some power, in halves."""
    widths = [math.log(max(float(_noise(seen, f"spread {spread}").std()), 1e-9), 4) for spread in SPREADS]
    power = round(widths[2] - widths[0]) / 2
    if power == 1 or any(
        abs(width - power * at) > 0.02 for width, at in zip(widths, (-1, 0, 1), strict=True)
    ):
        return None
    return Said({"power": power}, "noise-variance" if power == 0.5 else None)


def read_tails(seen: Seen) -> Said | None:
    """The largest of 40,000 normal numbers is beyond 3.2 standard deviations but once in 10^24 cases."""
    noise = _noise(seen, "spread 1.0")
    largest = short(float(noise.abs().max() / noise.std()), 2)
    if largest >= 3.2:
        return None
    return Said({"largest": largest}, "noise-uniform" if largest == 1.7 else None)


READINGS = (
    Reading("sharing", read_sharing, ends=True),
    Reading("power", read_power),
    Reading("tails", read_tails),
)
