"""Checks -> the document that Gradescope shows: its results.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.homework import Homework
from autograder.messages import Message, misconception, words
from autograder.results import Check, Measured, number

LANGUAGES = ("ko", "en")
VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")


@dataclass(frozen=True)
class Page:
    """What Gradescope shows: the checks so far, words on top, and what functions compute.

    ``checks_visible`` is one of VISIBILITIES.
    """

    checks: Sequence[Check]
    top: Sequence[Message]
    homework: Homework
    checks_visible: str
    measured: Sequence[Measured] = ()

    def to_json(self) -> dict[str, Any]:
        """The document: each part's sum and diagnosis, visible to everybody, then the single checks, without points."""
        return {
            "score": sum(check.points for check in self.checks),
            "output": in_both(lambda language: [message.text(language) for message in self.top]),
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": [self._part(part) for part in self.homework.parts]
            + [self._check(check) for part in self.homework.parts for check in self._of(part)],
        }

    def _of(self, part: str) -> list[Check]:
        return [check for check in self.checks if check.part == part]

    def _part(self, part: str) -> dict[str, Any]:
        points, most = sum(check.points for check in self._of(part)), self.homework.points(part)
        return {
            "name": " / ".join(words(f"report.part.{part}", language) for language in LANGUAGES),
            "number": str(list(self.homework.parts).index(part) + 1),
            "score": points,
            "max_score": most,
            "status": "passed" if points == most else "failed",
            "output": in_both(lambda language: self._diagnosis(part, language)),
            "visibility": "visible",
        }

    def _diagnosis(self, part: str, language: str) -> Iterator[str]:
        """How many checks passed, what functions compute, which mistakes that shows, and what the first open check found."""
        checks = self._of(part)
        passed = sum(check.outcome == "passed" for check in checks)
        if sum(check.max_points for check in checks) < self.homework.points(part):
            yield words("gradescope.unfinished", language)
        if checks:
            yield Message("report.checks_passed", {"passed": passed, "total": len(checks)}).text(language)
        told = [each for each in self.measured if self.homework.stubs[each.stub].part == part]
        for each in told:
            yield f"{each.stub}: {each.said(language)}"
        for name in dict.fromkeys(check.misconception for check in checks if check.misconception):
            yield " ".join(misconception(name, language).values())
        first_open = next((check for check in checks if check.outcome != "passed"), None)
        if first_open:
            yield first_open.text(language)

    def _check(self, check: Check) -> dict[str, Any]:
        """One hidden check. It has no score, because its points are in the part's sum already."""

        def found(language: str) -> Iterator[str]:
            values = {"points": number(check.points), "max": number(check.max_points)}
            yield f"{words(f'report.outcome.{check.outcome}', language)}, {Message('report.points', values).text(language)}"
            yield check.text(language)

        place = self._of(check.part).index(check) + 1
        return {
            "name": " / ".join(words(check.id, language, "titles") for language in LANGUAGES),
            "number": f"{list(self.homework.parts).index(check.part) + 1}.{place}",
            "status": "passed" if check.outcome == "passed" else "failed",
            "output": in_both(found),
            "tags": [check.part],
            "visibility": self.checks_visible,
            "extra_data": {
                "id": check.id,
                "points": check.points,
                "max_points": check.max_points,
                "misconception": check.misconception,
            },
        }


def in_both(lines: Callable[[str], Iterator[str] | Sequence[str]]) -> str:
    """The lines in Korean, then in English. Half surrogate pairs, which JSON readers refuse, become question marks."""
    text = "\n\n".join("\n".join(lines(language)) for language in LANGUAGES)
    return text.encode("utf-8", "replace").decode("utf-8")


def unfinished(checks: Sequence[Check], homework: Homework, checks_visible: str) -> dict[str, Any]:
    """What Gradescope shows if the container is stopped now."""
    return Page(checks, [Message("gradescope.cut_off")], homework, checks_visible).to_json()
