"""Results -> pages for people.

Every page is a pure function of the results and of what the models drew, and needs no network. The class page
keeps its pictures in files beside it; a student's page is complete in one file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from autograder import kit
from autograder.files import new_history, safe_name, write_atomically
from autograder.intake import passed_over
from autograder.report.overview import class_page
from autograder.report.student import student_page
from autograder.results import Result

PICTURES = "pictures"  # in OUT: what the trained models draw, one file per submission
INSTRUCTORS = "instructor.safetensors"  # in OUT: what the instructor's model draws
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

__all__ = ["class_page", "student_page", "write_reports"]


def write_reports(
    out: Path, results: Iterable[Result], language: str, names: Mapping[str, str] | None = None
) -> None:
    """Write ``feedback/NAME.html`` for each result, and ``index.html``; they open in ``language``.

    ``names`` maps a submission to its NAME; without it ``safe_name`` chooses. With it, results and pages under any
    other name move to OUT/history: they belong to people who are gone.
    """
    ordered = sorted(results, key=lambda result: result.submission)
    if names is not None:
        _set_aside(out, set(names.values()))
    names = _names(ordered) if names is None else names
    links = {result.submission: f"feedback/{names[result.submission]}.html" for result in ordered}
    places: dict[str, str] = {}
    pages = kit.optional("pages.showcase")
    instructors = pages.read(out / INSTRUCTORS) if pages else None
    for result in ordered:
        drawn = out / PICTURES / f"{names[result.submission]}.safetensors"
        own = pages.read(drawn, result.digest) if pages else None
        _write(out / links[result.submission], _encoded(student_page(result, language, own, instructors)))
        if pages and own is not None:
            places[result.submission] = f"{PICTURES}/{names[result.submission]}.png"
            _write(out / places[result.submission], pages.contact_sheet(own))
    _write(out / "index.html", _encoded(class_page(ordered, links, language, places, passed_over.read(out))))


def _set_aside(out: Path, names: Collection[str]) -> None:
    history = new_history(out)
    for pattern in ("results/*.json", "feedback/*.html", "pictures/*.png", "pictures/*.safetensors"):
        for path in out.glob(pattern):
            if path.stem not in names and path != out / INSTRUCTORS:
                (history / path.parent.name).mkdir(parents=True, exist_ok=True)
                path.rename(history / path.parent.name / path.name)


def _names(ordered: Iterable[Result]) -> dict[str, str]:
    names: dict[str, str] = {}
    for result in ordered:
        names[result.submission] = safe_name(result.submission, names.values())
    return names


def _write(path: Path, content: bytes) -> None:
    """Write a file, unless it is there already. It can be drawn again, so it need not reach the disk at once."""
    if not (path.is_file() and path.read_bytes() == content):
        write_atomically(path, content, durable=False)


def _encoded(page: str) -> bytes:
    """The page's bytes. Control characters become visible ones, and half surrogate pairs become question marks."""
    return CONTROL.sub(lambda letter: chr(0x2400 + ord(letter[0])), page).encode("utf-8", "replace")
