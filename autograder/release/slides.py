"""Make the lecture's slides in both languages from one Markdown notebook: the hand-out's lecture/lecture.md.

A prose cell is a slide; it stands twice under one ``id``, once for each ``lang``. A code cell draws the figure of the
slide above it: it runs with the instructor's solution as the students' package, and its last line is a plain call
that returns the figure. jupytext reads the notebook.

``python -m autograder.release.slides`` writes lecture.{ko,en}.html and .pdf into build/lecture. It exits 1 if there is
no Chromium to print the PDF.
"""

from __future__ import annotations

import ast
import io
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import jupytext
import matplotlib
from markdown_it import MarkdownIt
from matplotlib.figure import Figure
from mdit_py_plugins.dollarmath import dollarmath_plugin
from rich.progress import track

from autograder import kit
from autograder.homework import homework
from autograder.messages import words
from autograder.report.mathematics import mathml

OUT = kit.ROOT / "build" / "lecture"
LANGUAGES = ("ko", "en")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# MathML Core ignores variants of letters: browsers need the code point of each.
LETTERS = {"script": {"N": "𝒩", "L": "ℒ"}, "double-struck": {"E": "𝔼"}}
WIDE = 2.0  # a figure more than this many times as wide as high goes below the text, not beside it


@dataclass(frozen=True)
class Slide:
    """One slide: its id, its text in one language as HTML, and its figure as SVG or an empty string."""

    id: str
    html: str
    figure: str
    wide: bool


def source() -> Path:
    """The notebook that the slides are made from."""
    return homework().handout / "lecture" / "lecture.md"


def slides(language: str, figures: dict[str, Figure]) -> list[Slide]:
    """The deck in one language; ``figures`` are by the slide's id."""
    found = []
    for cell in jupytext.read(source()).cells:
        if cell.cell_type == "markdown" and cell.metadata["lang"] == language:
            figure = figures.get(cell.metadata["id"])
            width, height = (1, 1) if figure is None else figure.get_size_inches()
            drawn = "" if figure is None else svg(figure, cell.metadata["id"])
            found.append(Slide(cell.metadata["id"], to_html(cell.source), drawn, width > WIDE * height))
    return found


def draw(cells: Iterable[Any]) -> dict[str, Figure]:
    """Run the code cells one after another. Returns the figure of each slide that has one, by the slide's id."""
    from autograder.checks import reference  # noqa: F401 - makes the solution the students' package

    namespace: dict[str, Any] = {}
    figures, slide = {}, ""
    for cell in cells:
        if cell.cell_type == "markdown":
            slide = cell.metadata["id"]
            continue
        *body, last = ast.parse(cell.source).body
        if not isinstance(last, ast.Expr):
            raise ValueError(f"the last line of cell {cell.metadata['id']} is not a figure")
        exec(compile(ast.Module(body, []), cell.metadata["id"], "exec"), namespace)  # noqa: S102 - the kit's own
        figures[slide] = eval(compile(ast.Expression(last.value), cell.metadata["id"], "eval"), namespace)  # noqa: S307
    return figures


def svg(figure: Figure, name: str) -> str:
    """A figure as SVG, with ids unlike those of other figures on the page."""
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.family": "sans-serif"}):
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None}, transparent=True)
    return file.getvalue().partition("<!DOCTYPE")[2].partition(">")[2]


def to_html(markdown: str) -> str:
    """Markdown as HTML, formulas between dollars as MathML: no script and no font has to be fetched."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return str(parser.use(dollarmath_plugin, renderer=formula).render(markdown))


def formula(latex: str, options: dict[str, Any]) -> str:
    """A LaTeX formula as MathML."""
    drawn = mathml(latex, display="block" if options["display_mode"] else "inline")
    for variant, letters in LETTERS.items():
        for letter, own in letters.items():
            drawn = drawn.replace(f'<mi mathvariant="{variant}">{letter}</mi>', f"<mi>{own}</mi>")
    return drawn


def page(language: str, deck: list[Slide]) -> str:
    """The deck as one HTML file without outside resources. Arrow keys turn slides; it prints one slide per page."""
    template = Path(__file__).with_name("slides.html.j2").read_text(encoding="utf-8")
    return (
        jinja2.Environment(autoescape=True)
        .from_string(template)
        .render(title=words("slides.title", language), language=language, slides=deck)
    )


def to_pdf(html: Path, browser: str) -> None:
    """Print an HTML file to a PDF beside it, one slide per page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        tab = running.new_page()
        tab.goto(html.as_uri())
        tab.pdf(path=html.with_suffix(".pdf"), prefer_css_page_size=True, print_background=True)
        running.close()


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    figures = draw(track(jupytext.read(source()).cells, "그림 / figures"))
    written = [OUT / f"lecture.{language}.html" for language in LANGUAGES]
    for file, language in zip(written, LANGUAGES, strict=True):
        file.write_text(page(language, slides(language, figures)), encoding="utf-8")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is not None:
        for file in written:
            to_pdf(file, browser)
    print(*(path for path in sorted(OUT.iterdir())), sep="\n")
    if browser is None:
        print(
            "PDF는 크로미움이 있어야 만듭니다. HTML을 브라우저에서 인쇄하면 같은 PDF가 됩니다.\n"
            "There is no Chromium for the PDF. Print the HTML from a browser: it comes to the same.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
