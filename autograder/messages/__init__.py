"""Words for people: a message is an id and values, and its words come from one catalogue per language.

Catalogues are ``en.toml`` and ``ko.toml`` beside this file, and those of the homework. So a message can be stored
once and shown in either language at any later time.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from autograder import kit
from autograder.messages.particles import fitted

LANGUAGES = ("en", "ko")
# What filling in a message raises if the record of another kit's version does not fit the catalogue.
MISFITS = (KeyError, IndexError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True)
class Message:
    """A message without words: ``id`` names a catalogue entry, ``values`` fill its placeholders."""

    id: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The words in ``language`` ("en" or "ko"). Raises KeyError for an unknown id or a missing value."""
        text, values = self.unfilled(language)
        return text.format_map(values)

    def unfilled(self, language: str) -> tuple[str, dict[str, Any]]:
        """The words before their placeholders are filled, and the values to fill them with.

        A value called ``needed`` is the id of a check and is shown as its title. Two values are added: ``place`` from
        ``file`` and ``line``, empty if the line is 0, which means that nobody knows it; and ``raised`` from an
        exception's ``kind`` and its ``text``, if it has any.
        """
        values = dict(self.values)
        if "needed" in values:
            values["needed"] = words(values["needed"], language, "titles")
        if {"kind", "text"} <= values.keys():
            values["raised"] = f"{values['kind']}: {values['text']}" if values["text"] else values["kind"]
        if {"file", "line"} <= values.keys():
            values["place"] = words("check.place", language).format_map(values) if values["line"] else ""
        return fitted(words(self.id, language), values), values


class Refusal(Exception):
    """What was asked for can't be done: ``message`` says why and what to do, ``status`` is the exit status."""

    def __init__(self, message: Message, status: int = 2) -> None:
        super().__init__(message, status)  # both, so that it can be pickled
        self.message, self.status = message, status


@cache
def catalogue(language: str) -> dict[str, dict[str, Any]]:
    """One language's ``messages``, ``titles`` and ``misconceptions``, and ``symbols`` in LaTeX, with the homework's.

    Raises ValueError for an unknown language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no catalogue for language {language!r}; there are {', '.join(LANGUAGES)}")
    files = (folder / f"{language}.toml" for folder in (Path(__file__).parent, kit.folder() / "words"))
    words: dict[str, dict[str, Any]] = {"messages": {}, "titles": {}, "misconceptions": {}, "symbols": {}}
    for file in filter(Path.is_file, files):
        with suppress(ValueError):  # not TOML: misfits reports that, in words from the other files
            for section, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
                words.setdefault(section, {}).update(entries)
    return words


def words(message_id: str, language: str, section: str = "messages") -> str:
    """One catalogue entry, with its placeholders not filled in."""
    return str(catalogue(language)[section][message_id])


def misconception(name: str, language: str) -> dict[str, str]:
    """``what`` a known mistake is, ``why`` it is wrong, and a ``question`` that leads to the fix.

    An unknown name, from results of another kit version, has only ``what``: the name itself.
    """
    entry: dict[str, str] = catalogue(language)["misconceptions"].get(name, {"what": name})
    return entry
