"""What is hidden from students: the solution's bodies, the hidden checks, the bank and the model answers."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import kit
from autograder.homework import homework
from autograder.release import readings
from autograder.release.fragments import fragments
from autograder.release.skeleton import skeleton

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

IMPORT = re.compile(r"^\s*(from\s+\S+\s+)?import\s[^(\n]*(\([^)]*\))?[^\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class Secrets:
    """All fragments of what is hidden, each with the file it is from."""

    sources: dict[int, str]

    @classmethod
    def of(cls, public: Iterable[str]) -> Secrets:
        """The kit's secrets, without what is also in the skeleton or in the ``public`` texts."""
        sources: dict[int, str] = {}
        for source, text in hidden():
            for known, _ in fragments(text):
                sources.setdefault(known, source)
        for text in (*_skeletons(), *public):
            for known, _ in fragments(text):
                sources.pop(known, None)
        return cls(sources)

    def found_in(self, text: str) -> dict[str, str]:
        """The hidden files that a text contains fragments of, each with the first of these."""
        found: dict[str, str] = {}
        for known, shown in fragments(text):
            source = self.sources.get(known)
            if source is not None and source not in found:
                found[source] = shown()
        return found


READER = kit.ENGINE / "checks" / "bank.py"  # reads the bank's files but holds no answer itself


def hidden() -> Iterator[tuple[str, str]]:
    """All hidden texts, each with its place. Left out: imports, and what the hand-out's copy of the readings has."""
    place = kit.package().replace(".", "/")
    remaining = readings.remaining()
    for folder, root in (
        (f"solution/{homework().package}", homework().solved),
        ("autograder/checks", kit.ENGINE / "checks"),
        (f"{place}/checks", kit.folder() / "checks"),
        ("tests/bank", homework().bank),
    ):
        for path in sorted(root.rglob("*.py")):
            if path == READER:
                continue
            yield (
                f"{folder}/{path.relative_to(root).as_posix()}",
                IMPORT.sub("", remaining.get(path.resolve()) or _read(path)),
            )
    for path in sorted((kit.folder() / "checks").glob("*.json")):
        yield f"{place}/checks/{path.name}", _read(path)
    theory = homework().solution / "lab" / "theory.toml"
    answers = tomllib.loads(_read(theory)) if homework().weight_written else {}
    for text in _texts(answers):
        yield "solution/lab/theory.toml", text


def _texts(value: object) -> Iterator[str]:
    """All texts in a table, one by one: which answer stands beside which is not secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _skeletons() -> Iterator[str]:
    for path in sorted(homework().solved.glob("*.py")):
        yield skeleton(_read(path))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
