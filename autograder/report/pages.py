"""What all pages have in common: templates, words in both languages, and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder import kit

Words = Mapping[str, str]  # language -> text
ICONS = {"passed": "✓", "failed": "✗", "error": "!", "timeout": "⏱", "crashed": "☇", "not_run": "–"}


@cache
def environment() -> Environment:
    """The environment of all templates, the engine's and the homework's. Everything filled in is escaped."""
    loader = FileSystemLoader([Path(__file__).with_name("templates"), kit.folder() / "pages" / "templates"])
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@dataclass(frozen=True)
class Figure:
    """What a misconception looks like, as SVG; ``kind`` names the words that describe it."""

    kind: str
    svg: Markup


@cache
def figures() -> Mapping[str, Figure]:
    """The homework's figures by misconception, from its files pages/figures/KIND/MISCONCEPTION.svg."""
    files = (kit.folder() / "pages" / "figures").glob("*/*.svg")
    return {file.stem: Figure(file.parent.name, Markup(file.read_text(encoding="utf-8"))) for file in files}


def in_both(words: Words) -> Markup:
    """The words in every language; the style sheet shows those in the page's language."""
    return Markup(
        "".join(
            f'<span class="w" lang="{language}">{escape(text)}</span>' for language, text in words.items()
        )
    )
