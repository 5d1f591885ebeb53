"""Lines in a chart: numbers -> the points and ticks of an SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A number on an axis and its position."""

    at: float
    text: str


@dataclass(frozen=True)
class LineChart:
    """Lines as SVG points in a box ``width`` x ``height``, and the ticks of both axes."""

    width: int
    height: int
    lines: Mapping[str, Sequence[Point]]
    across: Sequence[Tick]
    up: Sequence[Tick]


def line_chart(
    lines: Mapping[str, Sequence[Point]], counted: bool = False, width: int = 420, height: int = 170
) -> LineChart | None:
    """A chart of the named lines, without those that have no points; None if no line is left.

    ``counted``: what runs across are whole numbers.
    """
    drawn = {name: points for name, points in lines.items() if points}
    if not drawn:
        return None
    from matplotlib.ticker import MaxNLocator  # takes half a second, and only pages need it

    xs, ys = zip(*(point for points in drawn.values() for point in points), strict=True)
    left, right = min(xs), max(xs)
    right = right if right > left else left + 1
    steps = [1, 2, 5, 10]
    rows = MaxNLocator(4, steps=steps).tick_values(min(ys), max(ys))
    low, high = rows[0], rows[-1]

    def place(x: float, y: float) -> Point:
        return round(width * (x - left) / (right - left), 1), round(height * (high - y) / (high - low), 1)

    columns = (
        x for x in MaxNLocator(8, steps=steps, integer=counted).tick_values(left, right) if left <= x <= right
    )
    return LineChart(
        width,
        height,
        {name: [place(*point) for point in points] for name, points in drawn.items()},
        [Tick(place(x, low)[0], f"{x:.6g}") for x in columns],
        [Tick(place(left, y)[1], f"{y:.6g}") for y in rows],
    )
