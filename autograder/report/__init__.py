"""Results -> pages for people.

Every page is a pure function of the results and of what the models drew, and needs no network. The class page has its
pictures beside it; a student's page is whole in one file.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from pathlib import Path

from autograder import pictures
from autograder.intake import passed_over
from autograder.report.figures import figure
from autograder.report.gallery import contact_sheet
from autograder.report.overview import class_page
from autograder.report.student import student_page
from autograder.results import Result, write_atomically

NAME_BYTES = 120
DEVICES = r"con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]"  # Windows: also with any ending, in any case
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
RESERVED = re.compile(rf"({DEVICES})\s*(\..*)?", re.IGNORECASE | re.DOTALL)

__all__ = ["class_page", "draw_ahead", "safe_name", "student_page", "write_reports"]


def draw_ahead(results: Iterable[Result]) -> None:
    """Draw what these results' pages will show, at a time when the process would only wait.

    Even without results, that takes half a second the first time: for the import of matplotlib.
    """
    import matplotlib.backends.backend_svg
    import matplotlib.figure
    import matplotlib.style  # noqa: F401

    for result in results:
        for check in result.checks:
            figure(check.misconception)


def write_reports(
    out: Path, results: Iterable[Result], language: str, names: Mapping[str, str] | None = None
) -> None:
    """Write ``feedback/NAME.html`` for each result, and ``index.html``, in ``language``.

    ``names`` leads from a submission to its NAME; without it names are given as ``safe_name`` says. With it the
    results and pages of all others are moved to OUT/history: they are of people who are gone.
    """
    ordered = sorted(results, key=lambda result: result.submission)
    if names is not None:
        _set_aside(out, set(names.values()))
    names = _names(ordered) if names is None else names
    links = {result.submission: f"feedback/{names[result.submission]}.html" for result in ordered}
    places: dict[str, str] = {}
    instructors = pictures.read(out / pictures.INSTRUCTORS)
    for result in ordered:
        own = pictures.read(out / pictures.FOLDER / f"{names[result.submission]}.safetensors", result.digest)
        _write(out / links[result.submission], _encoded(student_page(result, language, own, instructors)))
        if own is not None:
            places[result.submission] = f"{pictures.FOLDER}/{names[result.submission]}.png"
            _write(out / places[result.submission], contact_sheet(own.samples))
    _write(out / "index.html", _encoded(class_page(ordered, links, language, places, passed_over.read(out))))


def _set_aside(out: Path, names: Collection[str]) -> None:
    from autograder.regrade import new_history

    history = new_history(out)
    for pattern in ("results/*.json", "feedback/*.html", "pictures/*.png", "pictures/*.safetensors"):
        for path in out.glob(pattern):
            if path.stem not in names and path != out / pictures.INSTRUCTORS:
                (history / path.parent.name).mkdir(parents=True, exist_ok=True)
                path.rename(history / path.parent.name / path.name)


def _names(ordered: Iterable[Result]) -> dict[str, str]:
    names: dict[str, str] = {}
    for result in ordered:
        names[result.submission] = safe_name(result.submission, names.values())
    return names


def _write(path: Path, content: bytes) -> None:
    """Write a file, unless it lies there already. It can be drawn again, so it need not be on the disk at once."""
    if not (path.is_file() and path.read_bytes() == content):
        write_atomically(path, content, durable=False)


def safe_name(name: str, taken: Collection[str]) -> str:
    """A submission's name as every file system takes it, and different from all those in ``taken``.

    A name that had to be changed gets a few letters of its hash; "Kim" and "kim" count as the same. Give the
    names in sorted order, so that every file about a submission is called alike.
    """
    safe = "".join(_safe_letter(letter) for letter in unicodedata.normalize("NFC", name))
    safe = _shortened(safe.lstrip(". ").rstrip(". "), NAME_BYTES)
    if RESERVED.fullmatch(safe):
        safe = "_" + safe
    others = {other.casefold() for other in taken}
    if safe and safe == name and safe.casefold() not in others:
        return safe
    for salt in count():  # a second round only if even the hashes should meet
        key = name + "\0" * salt
        suffix = "-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        candidate = _shortened(safe or "submission", NAME_BYTES - len(suffix)) + suffix
        if candidate.casefold() not in others:
            break
    return candidate


def _safe_letter(letter: str) -> str:
    """The letter, or "_" for a separator, a wildcard, or anything that can't be seen."""
    unseen = unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "_" if unseen or letter in '/\\:*?"<>|' else letter


def _shortened(text: str, size: int) -> str:
    """As much of the text as fits into ``size`` bytes without cutting a letter in two."""
    return text.encode()[:size].decode("utf-8", "ignore").rstrip(". ")


def _encoded(page: str) -> bytes:
    """The page's bytes. Control characters become visible ones, half surrogate pairs question marks."""
    return CONTROL.sub(lambda letter: chr(0x2400 + ord(letter[0])), page).encode("utf-8", "replace")
