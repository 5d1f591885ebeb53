"""Judge the short run's loss against the control's loss in the same run, within the committed band.

A submission may be graded at the same time as the control, so the check itself knows only the committed band. Once a
result is trusted, ``held`` gives the verdict that counts, from the numbers that the check quotes.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

from autograder.messages import Message
from autograder.results import Check, Result

# The losses of two controls may differ by this much, in nats. Different processors round differently, which made
# 0.008 at most (AVX-512, AVX2 and SSE, 10 seeds). Different noise, as another version of torch might draw it, makes 2.
ROUNDING = 0.5
CALIBRATION = Path(__file__).with_name("calibration.json")
PASSED = ("short_run.passed", "short_run.near")
# Messages of a short run that finished training, judged without the control's loss or with it.
MEASURED = (*PASSED, "short_run.too_high", "short_run.too_low", "short_run.above", "short_run.below")


@dataclass(frozen=True)
class Band:
    """The losses that pass, in nats per image, how they were measured, and the least relatedness of trained weights.

    ``width``: how far a right submission may end above or below the control of its run.
    """

    low: float
    high: float
    mean: float
    standard_deviation: float
    seeds: int
    least_related: float
    width: float

    def verdict(self, called: str, reached: str, centre: float | None = None) -> Message:
        """The message for a loss, judged as it is quoted. With the control's loss as centre the band is narrower."""
        loss = float(reached)
        if centre is None:
            low, high = self.low, self.high
            about = {
                "mean": quoted(self.mean),
                "deviation": f"{self.standard_deviation:.3g}",
                "seeds": self.seeds,
            }
            ids = "short_run.passed", "short_run.too_high", "short_run.too_low"
        else:
            low, high = max(self.low, centre - self.width), min(self.high, centre + self.width)
            about = {"centre": quoted(centre)}
            ids = "short_run.near", "short_run.above", "short_run.below"
        message_id = ids[1] if not loss <= high else ids[2] if not loss >= low else ids[0]
        values = {"called": called, "reached": reached, "low": quoted(low), "high": quoted(high), **about}
        return Message(message_id, values)


@cache
def band(dataset: str) -> Band:
    """The calibrated band of a data set. Raises KeyError if it was never calibrated."""
    record = json.loads(CALIBRATION.read_text(encoding="utf-8"))[dataset]
    return Band(**{field.name: record[field.name] for field in fields(Band)})


def quoted(loss: float) -> str:
    """A loss as messages quote it. This rounded value is also what is judged."""
    return f"{loss:.6g}"


def check_held(check: Check, dataset: str, centre: float | None, language: str) -> Check:
    """Judge the short run's check by the control's loss or, if that is None, by the committed band. Others stay."""
    if check.message_id not in MEASURED:
        return check
    message = band(dataset).verdict(check.values["called"], check.values["reached"], centre)
    passed = message.id in PASSED
    return replace(
        check,
        points=check.max_points if passed else 0.0,
        outcome="passed" if passed else "failed",
        message=message.text(language),
        message_id=message.id,
        values=message.values,
    )


def held(result: Result, centre: float | None, language: str) -> Result:
    """Judge the short run of a result again, see ``check_held``, and correct the score."""
    checks = tuple(check_held(check, result.dataset, centre, language) for check in result.checks)
    if checks == result.checks:
        return result
    return replace(result, checks=checks, score=sum(check.points for check in checks))


def centre_of(result: Result) -> float | None:
    """The control's loss that a result quotes; None if it was judged without, or its short run didn't finish."""
    for check in result.checks:
        if check.message_id in MEASURED:
            with suppress(KeyError, TypeError, ValueError):  # a file may hold anything
                loss = float(check.values["centre"])
                return loss if math.isfinite(loss) else None
    return None
