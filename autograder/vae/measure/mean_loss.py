"""What the number that train_epoch returns is made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograder.checks.measured import Said, Seen, Unclear, scalar, short
from autograder.vae.measure import common, steps, traces

MOMENTUM = 0.5
EPOCHS = {"one image": (1, 4), "epoch": (10, 4), "momentum": (10, 4), "odd": (13, 3)}


def image_count(seen: Seen, name: str) -> int:
    return len(seen.given(name)["data"]["images"])


def loss_calls(seen: Seen, name: str, *keys: str, learning: bool = True) -> list[list[Any]]:
    """These entries of each call of the loss while gradients were on, or off."""
    calls = common.part_of(seen.answer(name), "calls")
    if not isinstance(calls, list):
        raise Unclear
    chosen = [call for call in calls if (common.part_of(call, "learning") is True) == learning]
    return [[common.part_of(call, key) for key in keys] for call in chosen]


Batches = list[tuple[float, int]]  # loss of a batch, images in it
ADDED: dict[str, Callable[[Batches], float]] = {
    "sum(L)": lambda calls: sum(loss for loss, _ in calls),
    "sum(L/n)": lambda calls: sum(loss / n for loss, n in calls),
    "sum(L*n)": lambda calls: sum(loss * n for loss, n in calls),
    "L_last": lambda calls: calls[-1][0],
    "L_last/n_last": lambda calls: calls[-1][0] / calls[-1][1],
    "L_first": lambda calls: calls[0][0],
    "L_first/n_first": lambda calls: calls[0][0] / calls[0][1],
}


def _losses(seen: Seen, name: str, learning: bool = True) -> Batches:
    calls = loss_calls(seen, name, "value", "pixels", learning=learning)
    return [(scalar(value), len(traces.rows(pixels, 30))) for value, pixels in calls]


def _divisors(seen: Seen, name: str) -> dict[str, float]:
    """Numbers that a sum may be divided by: N images in B batches, and so on."""
    images, size = image_count(seen, name), seen.given(name)["data"]["batch_size"]
    count = math.ceil(images / size)
    known = {"": 1, "/N": images, "/B": count, "/batch_size": size, "/(B*batch_size)": count * size}
    return {**known, "/(N*B)": images * count, "/N^2": images**2, "/(784*N)": 784 * images}


def value_of(learning: bool) -> Callable[[Seen], Said | None]:
    """The returned value as a short formula of the losses L of batches of n images, with gradients on, or off."""

    def read(seen: Seen) -> Said | None:
        losses = {name: _losses(seen, name, learning) for name in EPOCHS}
        for text, add in ADDED.items() if all(losses.values()) else ():
            sums = {name: scalar(common.value_of(seen, name)) / (add(losses[name]) or 1) for name in EPOCHS}
            for divisor in _divisors(seen, "epoch"):
                shares = [share * _divisors(seen, name)[divisor] for name, share in sums.items()]
                if max(shares) - min(shares) <= 1e-5 * abs(shares[0]):
                    yours = steps.combined({text + divisor: short(shares[0])})
                    if learning and yours == "sum(L)/N":
                        return None
                    return Said({"yours": yours, "asked": "sum(L)/N"}, _value_shows(yours, learning))
        raise Unclear

    return read


def _value_shows(yours: str, learning: bool) -> str | None:
    if not learning:
        return "epoch-loss-after-step"
    if yours.startswith("L_last"):
        return "epoch-last-batch-loss"
    if yours == "sum(L/n)/B":
        return "epoch-mean-of-batch-means"
    return "epoch-wrong-divisor" if "sum(" in yours else None


def value_off(seen: Seen, name: str) -> float:
    """How far the returned value is off, as a fraction of the mean size of the losses."""
    losses = [loss for loss, _ in _losses(seen, name)]
    off = scalar(common.value_of(seen, name)) * image_count(seen, name) - sum(losses)
    return abs(off) / max(sum(map(abs, losses)), 1e-30)
