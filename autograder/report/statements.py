"""What a student's function computes, as pages show it: formulas as mathematics, and its curve beside what is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from autograder.messages import LANGUAGES, MISFITS, Message
from autograder.report.charts import LineChart, Point, line_chart
from autograder.report.mathematics import formula
from autograder.report.pages import FORMULAS, worded
from autograder.results import Measured

AWAY = 2  # of the height of what is asked: a curve that leaves it farther leaves the picture


def sentence(statement: Measured, language: str) -> Markup:
    """The statement with its formulas as mathematics; the recorded text if it is another kit's."""
    try:
        return worded(Message(statement.id, statement.values), language)
    except MISFITS:
        return escape(statement.text)


def formulas(statement: Measured) -> dict[str, str]:
    """What the function computes beside what is asked for; empty unless both are formulas."""
    sides = {side: statement.values.get(side) for side in FORMULAS}
    found = {
        side: text for side, text in sides.items() if isinstance(text, str) and formula(text, LANGUAGES[0])
    }
    return found if len(found) == len(FORMULAS) else {}


@dataclass(frozen=True)
class Curve:
    """A measured curve beside the one asked for; ``ends`` are their first and last points, for the words."""

    along: str
    chart: LineChart
    ends: dict[str, str]


def curve(statement: Measured) -> Curve | None:
    """The statement's curve; None if it has none with at least two points."""
    given = statement.values.get("curve")
    if not isinstance(given, dict):
        return None
    asked, yours = (list(_points(given.get("x"), given.get(side))) for side in ("asked", "yours"))
    if min(len(asked), len(yours)) < 2:
        return None
    low, high = min(y for _, y in asked), max(y for _, y in asked)
    away = AWAY * (high - low) or math.inf
    near = [(x, y) for x, y in yours if low - away <= y <= high + away]
    chart = line_chart({"instructors": asked, "own": near if len(near) > 1 else yours})
    (first, yours_first), (last, yours_last) = yours[0], yours[-1]
    ends = {"first": first, "last": last, "yours_first": yours_first, "yours_last": yours_last}
    ends |= {"asked_first": asked[0][1], "asked_last": asked[-1][1]}
    assert chart is not None  # there are points
    return Curve(str(given.get("along", "")), chart, {name: f"{value:.3g}" for name, value in ends.items()})


def _points(xs: Any, ys: Any) -> Iterator[Point]:
    """The points with finite numbers; none at all if these are not two lists."""
    if isinstance(xs, (list, tuple)) and isinstance(ys, (list, tuple)):
        for x, y in zip(xs, ys, strict=False):
            if all(isinstance(each, (int, float)) and abs(each) < 1e12 for each in (x, y)):
                yield float(x), float(y)
