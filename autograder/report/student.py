"""One student's page, in both languages: points, checks, what to do next, and what the model draws."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from autograder import kit
from autograder.homework import homework
from autograder.messages import LANGUAGES, Message, catalogue, misconception, words
from autograder.report import pages
from autograder.results import LATE, Check, Result, number

COMPARED = ("called", "returned", "expected")
AS_CODE = (*COMPARED, "raised", "argument")


@dataclass(frozen=True)
class Line:
    """A check as it is shown, at its ``place`` in the page.

    ``compared`` has what was called, returned and expected, if a check has all three. ``explained_at`` is the place
    of an earlier check with the same misconception.
    """

    place: str
    title: Markup
    outcome: str
    points: float
    max_points: float
    message: Markup
    compared: Mapping[str, str]
    misconception: Mapping[str, Markup]
    explained_at: str | None
    figure: Any


@dataclass(frozen=True)
class PartSection:
    """One part of the homework with its checks."""

    name: str
    lines: Sequence[Line]
    points: float

    @property
    def max_points(self) -> float:
        return sum(line.max_points for line in self.lines)

    @property
    def passed(self) -> int:
        return sum(line.outcome == "passed" for line in self.lines)

    @property
    def next(self) -> Line | None:
        """The first check that has not passed."""
        return next((line for line in self.lines if line.outcome != "passed"), None)


@dataclass(frozen=True)
class PointsChange:
    """Points that changed after grading, and why."""

    what: Markup
    graded: float
    points: float
    why: Markup


@dataclass(frozen=True)
class Arc:
    """A part's share of the ring, in percent of the ring: where it begins, how long it is, how much was earned."""

    begin: float
    length: float
    earned: float


def student_page(result: Result, language: str, own: Any = None, instructors: Any = None) -> str:
    """The feedback page for one submission, as HTML in both languages; it opens in ``language``.

    ``own`` and ``instructors`` are the two models' pictures as the homework's pages read them, or None.
    """
    speak = speech(language)
    parts = list(_parts(result, speak))
    homeworks = kit.optional("pages.showcase")
    drawn = homeworks.showcase(own, instructors) if homeworks and own is not None else None
    template = pages.environment().get_template("student.html", globals=speak.vocabulary())
    return template.render(
        result=result,
        parts=parts,
        steps=[(part, part.next) for part in parts if part.next],
        ring=list(_ring(parts)) if result.score is not None else [],
        changes=list(_changes(result, speak)),
        notes=[speak.message(note, note.id) for note in result.notes],
        drawn=drawn,
        trained=homeworks is not None and homeworks.was_trained(result),
    )


def _parts(result: Result, speak: Speech) -> Iterator[PartSection]:
    """The parts in order, without those that have no checks."""
    others = {check.part for check in result.checks} - set(homework().parts)
    adjusted = {each.item: each.points for each in result.adjustments}
    explained: dict[str | None, str] = {}
    for position, name in enumerate((*homework().parts, *sorted(others)), 1):
        lines: list[Line] = []
        for check in (check for check in result.checks if check.part == name):
            place = f"{position}-{len(lines) + 1}"
            before = explained.setdefault(check.misconception, place)
            points = adjusted.get(check.id, check.points)
            lines.append(_line(check, points, speak, place, before if before != place else None))
        if lines:
            yield PartSection(name, lines, result.part_points(name) or 0.0)


def _changes(result: Result, speak: Speech) -> Iterator[PointsChange]:
    """What the instructor or lateness changed, named as the page names checks and parts."""
    titles = {check.id: _title(check, speak) for check in result.checks}
    titles |= {name: speak.words(f"part.{name}") for name in homework().parts}
    titles[LATE] = speak.words("late")
    for each in result.adjustments:
        what = titles.get(each.item, escape(each.item))
        yield PointsChange(what, each.graded, each.points, speak.message(each.why, each.why.id))


def _title(check: Check, speak: Speech) -> Markup:
    return speak.both(lambda language: catalogue(language)["titles"].get(check.id, check.title))


def _line(check: Check, points: float, speak: Speech, place: str, explained_at: str | None) -> Line:
    compared = {name: str(check.values[name]) for name in COMPARED if name in check.values}
    said = check.message_id != "check.passed"
    return Line(
        place=place,
        title=_title(check, speak),
        outcome=check.outcome,
        points=points,
        max_points=check.max_points,
        message=speak.message(Message(check.message_id, check.values), check.message) if said else Markup(),
        compared=compared if len(compared) == len(COMPARED) else {},
        misconception=_known(check.misconception, speak) if check.misconception else {},
        explained_at=explained_at if check.misconception else None,
        figure=pages.figures().get(check.misconception or ""),
    )


def _known(name: str, speak: Speech) -> dict[str, Markup]:
    """What, why and question of a misconception; only the name of one that this kit does not know."""
    texts = {language: misconception(name, language) for language in LANGUAGES}

    def text(key: str) -> Markup:
        return speak.both(lambda language: _marked(texts[language][key]))

    return {key: text(key) for key in texts[speak.language]}


def _ring(parts: Sequence[PartSection]) -> Iterator[Arc]:
    """The parts' arcs, with a gap between them."""
    total = sum(part.max_points for part in parts)
    begin = 0.0
    for part in parts if total > 0 else ():
        share = 100 * part.max_points / total
        length = max(share - 1.5, 0.0)
        earned = min(max(part.points / part.max_points, 0.0), 1.0) if part.max_points > 0 else 0.0
        yield Arc(round(begin, 3), round(length, 3), round(length * earned, 3))
        begin += share


@cache
def speech(language: str) -> Speech:
    """The words of pages that open in this language."""
    return Speech(language)


class Speech:
    """Words in both languages, those of the page's own language first. The page shows one language at a time."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.languages = (language, *(each for each in LANGUAGES if each != language))
        self._said: dict[str, Markup] = {}

    def both(self, text: Callable[[str], str]) -> Markup:
        """What ``text`` says in each language, or once if that is the same."""
        texts = {language: escape(text(language)) for language in self.languages}
        if len(set(texts.values())) == 1:
            return texts[self.language]
        return pages.in_both(texts)

    def words(self, key: str, **values: object) -> Markup:
        if not values and key in self._said:
            return self._said[key]
        said = self.both(lambda language: Message(f"report.{key}", values).text(language))
        if not values:
            self._said[key] = said
        return said

    def label(self, *keys: str) -> str:
        """Words for an attribute, which can't be switched: all keys in one language, then all in the other."""
        return " / ".join(
            ": ".join(words(f"report.{key}", language) for key in keys) for language in self.languages
        )

    def message(self, message: Message, instead: str) -> Markup:
        """A message with code marked as such; ``instead`` if an older record no longer fits the catalogue."""
        try:
            return self.both(lambda language: _with_code(message, language))
        except (KeyError, IndexError, ValueError, TypeError, AttributeError):
            return escape(instead)

    def vocabulary(self) -> dict[str, object]:
        """The names that the template uses."""

        def part_name(part: str) -> Markup:
            return self.words(f"part.{part}") if part in homework().parts else escape(part)

        return {
            "t": self.words,
            "label": self.label,
            "plain": lambda key, **values: Message(f"report.{key}", values).text(self.language),
            "part_name": part_name,
            "number": number,
            "icons": pages.ICONS,
            "language": self.language,
        }


def _with_code(message: Message, language: str) -> Markup:
    text, values = message.unfilled(language)
    shown = {
        name: Markup("<code>{}</code>").format(value) if name in AS_CODE else value
        for name, value in values.items()
    }
    return _marked(text).format_map(shown)


def _marked(text: str) -> Markup:
    """A catalogue's text, with what it writes in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))
