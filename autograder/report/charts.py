"""Charts as SVG that stands inside a page: drawn by matplotlib, coloured by the page's style sheet.

Text stays text, in both languages; a chart takes the colours of the page, light, dark or printed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from autograder.report.svg import embedded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Words = Mapping[str, str]  # language -> text


@dataclass(frozen=True)
class Caption:
    """What a screen reader says of a chart. ``name`` keeps its ids apart from other charts' of the page."""

    name: str
    title: Words
    about: Words
    language: str


# What matplotlib is told, and what the page makes of it. None is black: matplotlib would leave that out.
COLOURS = {
    "#000001": "var(--ink)",
    "#000002": "var(--soft)",
    "#000003": "var(--line)",
    "#000004": "var(--bar)",
}
INK, SOFT, LINE, BAR = COLOURS
STYLE = {
    "svg.fonttype": "none",  # text as text
    "svg.hashsalt": "chart",  # the same chart is the same bytes
    "font.size": 13,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}


def columns(caption: Caption, counts: Sequence[int], top: float, along: Words) -> Markup:
    """A histogram as SVG: ``counts`` of equal bins between 0 and ``top``; ``along`` says what lies there."""
    ticks = tuple(f"{top * tick / len(counts):.4g}" for tick in range(0, len(counts) + 1, 2))
    return _inline(caption, _columns(tuple(counts), ticks, along["en"]), [along])


def rows(caption: Caption, counts: Mapping[str, int], labels: Mapping[str, Words]) -> Markup:
    """Horizontal bars as SVG, one for each of ``counts``, with its label on the left."""
    beside = [labels[key] for key in counts]
    return _inline(caption, _rows(tuple(counts.values()), tuple(words["en"] for words in beside)), beside)


@lru_cache(maxsize=256)
def _columns(counts: tuple[int, ...], ticks: tuple[str, ...], along: str) -> str:
    def draw(axes: Axes) -> None:
        bars = axes.bar([bin + 0.5 for bin in range(len(counts))], counts, 0.9, color=BAR)
        axes.bar_label(bars, [str(count or "") for count in counts], padding=2)
        axes.set_xlim(0, len(counts))
        axes.set_xticks(range(0, len(counts) + 1, 2), ticks)
        axes.set_yticks([])
        axes.set_ylim(0, max(*counts, 1) * 1.15)
        axes.set_xlabel(along)

    return _drawn(draw, (4, 2.2), (0.04, 0.28, 0.92, 0.71))


@lru_cache(maxsize=256)
def _rows(counts: tuple[int, ...], labels: tuple[str, ...]) -> str:
    def draw(axes: Axes) -> None:
        bars = axes.barh(labels, counts, 0.6, color=BAR)
        axes.bar_label(bars, padding=3)
        axes.set_xlim(0, max(*counts, 1) * 1.12)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.invert_yaxis()
        axes.tick_params("y", length=0, labelcolor=INK)

    return _drawn(draw, (4, 0.42 * len(counts)), (0.42, 0, 0.57, 1))


def _drawn(
    draw: Callable[[Axes], None], inches: tuple[float, float], place: tuple[float, float, float, float]
) -> str:
    from matplotlib import style  # half a second, which only pages need
    from matplotlib.figure import Figure

    content = io.StringIO()
    with style.context(["default", STYLE]):  # whatever this machine's matplotlibrc says
        figure = Figure(inches)
        draw(figure.add_axes(place))  # a layout engine would take most of the time
        figure.savefig(content, format="svg", transparent=True, metadata={"Date": None})
    return content.getvalue()


def _inline(caption: Caption, content: str, labels: Sequence[Words]) -> Markup:
    """The drawing as a part of the page. Labels, which matplotlib measured in English, come in both languages."""
    name = caption.name
    box, inside = _embedded(name, content)
    for words in labels:
        inside = inside.replace(f">{escape(words['en'])}<", f">{in_both(words, 'tspan')}<")
    title = _said("title", name, caption.title, caption.language)
    about = _said("desc", name, caption.about, caption.language)
    labelled = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc"'
    return Markup(f'<svg class="chart" viewBox="{box}" {labelled}>{title}{about}{inside}</svg>')


@lru_cache(maxsize=256)
def _embedded(name: str, content: str) -> tuple[str, str]:
    return embedded(name, content, COLOURS)


def _said(tag: str, name: str, words: Words, language: str) -> str:
    """An element that only scripts and screen readers see; the page's script changes its language."""
    others = " ".join(f'data-{each}="{escape(text)}"' for each, text in words.items())
    return f'<{tag} id="{name}-{tag}" {others}>{escape(words[language])}</{tag}>'


def in_both(words: Words, tag: str = "span") -> Markup:
    """The words in every language, of which the style sheet shows the page's."""
    return Markup(
        "".join(
            f'<{tag} class="w" lang="{language}">{escape(text)}</{tag}>' for language, text in words.items()
        )
    )
