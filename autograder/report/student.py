"""One student's page, in both languages: what functions compute, points, checks, what to do next, and pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from markupsafe import Markup, escape

from autograder import kit
from autograder.homework import homework
from autograder.messages import LANGUAGES, MISFITS, Message, catalogue, misconception
from autograder.report import pages
from autograder.report.pages import COMPARED, drawn
from autograder.report.statements import Curve, curve, formulas, sentence
from autograder.results import LATE, Check, Measured, Result, number


@dataclass(frozen=True)
class Cause:
    """A misconception: what it is, why, and a question; or the place that has explained it, ``explained_at``."""

    texts: Mapping[str, Markup]
    figure: Any
    explained_at: str | None


@dataclass(frozen=True)
class Told:
    """A statement as it is shown, at its ``place`` in the page."""

    place: str
    said: Markup
    formulas: Mapping[str, Markup]
    curve: Curve | None
    along: Markup
    cause: Cause | None


@dataclass(frozen=True)
class Line:
    """A check as it is shown, at its ``place`` in the page.

    ``compared`` has what was called, returned and expected, if a check has all three.
    """

    place: str
    title: Markup
    outcome: str
    points: float
    max_points: float
    message: Markup
    compared: Mapping[str, str]
    cause: Cause | None


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
    causes = Causes(speak)
    functions = _functions(result, speak, causes)
    parts = list(_parts(result, speak, causes))
    homeworks = kit.optional("pages.showcase")
    shown = homeworks.showcase(own, instructors) if homeworks and own is not None else None
    template = pages.environment().get_template("student.html", globals=speak.vocabulary())
    return template.render(
        result=result,
        functions=functions,
        parts=parts,
        steps=[(part, part.next) for part in parts if part.next],
        ring=list(_ring(parts)) if result.score is not None else [],
        changes=list(_changes(result, speak)),
        notes=[speak.message(note, note.id) for note in result.notes],
        drawn=shown,
        trained=homeworks is not None and homeworks.was_trained(result),
    )


def _functions(result: Result, speak: Speech, causes: Causes) -> dict[str, list[Told]]:
    """What is told about each function, by its name."""
    functions: dict[str, list[Told]] = {}
    for position, each in enumerate(result.measured, 1):
        functions.setdefault(each.stub, []).append(
            _told(each, result.shown_by(each), f"measured-{position}", speak, causes)
        )
    return functions


def _told(statement: Measured, known: str | None, place: str, speak: Speech, causes: Causes) -> Told:
    shape = curve(statement)
    return Told(
        place=place,
        said=speak.both(partial(sentence, statement)),
        formulas={side: speak.both(partial(drawn, text)) for side, text in formulas(statement).items()},
        curve=shape,
        along=speak.both(partial(drawn, shape.along)) if shape else Markup(),
        cause=causes.shown(known, place),
    )


def _parts(result: Result, speak: Speech, causes: Causes) -> Iterator[PartSection]:
    """The parts in order, without those that have no checks."""
    others = {check.part for check in result.checks} - set(homework().parts)
    adjusted = {each.item: each.points for each in result.adjustments}
    for position, name in enumerate((*homework().parts, *sorted(others)), 1):
        lines: list[Line] = []
        for check in (check for check in result.checks if check.part == name):
            place = f"check-{position}-{len(lines) + 1}"
            cause = causes.shown(check.misconception, place)
            lines.append(_line(check, adjusted.get(check.id, check.points), speak, place, cause))
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


def _line(check: Check, points: float, speak: Speech, place: str, cause: Cause | None) -> Line:
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
        cause=cause,
    )


class Causes:
    """Misconceptions on one page: each is explained where it comes first, and referred to from there on."""

    def __init__(self, speak: Speech) -> None:
        self._speak = speak
        self._explained: dict[str, str] = {}

    def shown(self, name: str | None, place: str) -> Cause | None:
        """A misconception as it is shown at this place."""
        if not name:
            return None
        first = self._explained.setdefault(name, place)
        figure = pages.figures().get(name)
        return Cause(_known(name, self._speak), figure, first if first != place else None)


def _known(name: str, speak: Speech) -> dict[str, Markup]:
    """What, why and question of a misconception; only the name of one that this kit does not know."""
    texts = {language: misconception(name, language) for language in LANGUAGES}

    def text(key: str) -> Markup:
        return speak.both(lambda language: pages.marked(texts[language][key]))

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

    def label(self, *keys: str, **values: object) -> str:
        """Words for an attribute, which can't be switched: all keys in one language, then all in the other."""
        return " / ".join(
            ": ".join(Message(f"report.{key}", values).text(language) for key in keys)
            for language in self.languages
        )

    def message(self, message: Message, instead: str) -> Markup:
        """A message with code marked as such; ``instead`` if an older record no longer fits the catalogue."""
        try:
            return self.both(lambda language: pages.worded(message, language))
        except MISFITS:
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
