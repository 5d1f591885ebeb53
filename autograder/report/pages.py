"""What all pages have in common: templates, words in both languages, and figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder import kit
from autograder.messages import Message
from autograder.report.mathematics import formula

Words = Mapping[str, str]  # language -> text
ICONS = {"passed": "✓", "failed": "✗", "error": "!", "timeout": "⏱", "crashed": "☇", "not_run": "–"}
COMPARED = ("called", "returned", "expected")
AS_CODE = (*COMPARED, "raised", "argument", "works")
FORMULAS = ("yours", "asked")  # what a function computes, and what it should


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


def worded(message: Message, language: str) -> Markup:
    """A message with code and formulas marked as such. Raises one of MISFITS if its record does not fit."""
    text, values = message.unfilled(language)
    shown = {name: _shown(name, value, language) for name, value in values.items()}
    return marked(text).format_map(shown)


def _shown(name: str, value: Any, language: str) -> Any:
    if name in FORMULAS and isinstance(value, str):
        return drawn(value, language)
    return Markup("<code>{}</code>").format(value) if name in AS_CODE else value


def drawn(text: str, language: str) -> Markup:
    """A formula as mathematics; as code if it is none."""
    return formula(text, language) or Markup("<code>{}</code>").format(text)


def marked(text: str) -> Markup:
    """A catalogue's text, with what it writes in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))
