"""Find files that several students handed in alike, for the instructor to look at.

Comments, docstrings and spacing do not count. Tokens are compared: unlike a parser, a tokeniser survives deep nesting.
"""

from __future__ import annotations

import hashlib
import io
import token
import tokenize
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from autograder.files import inert, new_csv
from autograder.homework import homework
from autograder.intake import Submission

TRIVIAL_LINES = 6  # so few lines prove nothing if all are in the solution: many students write the same
# The tokeniser of Python 3.10 and 3.11 takes time quadratic in the length of a line that it can't read.
TOKENISED_BYTES, TOKENISED_LINE = 50_000, 1_000
SPACING = (
    token.COMMENT,
    token.NL,
    token.NEWLINE,
    token.INDENT,
    token.DEDENT,
    token.ENCODING,
    token.ENDMARKER,
)
Line = tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """A file that these students handed in alike; ``lines`` of it are not in the hand-out."""

    file: str
    lines: int
    students: tuple[str, ...]


class Fingerprints:
    """Takes submissions one by one and keeps only hashes of them."""

    def __init__(self) -> None:
        self._students: dict[tuple[str, str, int], list[str]] = defaultdict(list)

    def add(self, submission: Submission) -> None:
        """Remember each file that has something of the student's own in it."""
        for file, content in submission.files.items():
            lines = logical_lines(content)
            own = [line for line in lines if line not in known(file, handout=True)]
            trivial = len(own) <= TRIVIAL_LINES and all(line in known(file, handout=False) for line in own)
            if own and not trivial:
                digest = hashlib.sha256(repr(lines).encode("utf-8", "surrogatepass")).hexdigest()
                self._students[file, digest, len(own)].append(submission.name)

    def alike(self) -> list[Alike]:
        """The files that more than one student handed in, the longest first."""
        found = [
            Alike(file, lines, tuple(sorted(names)))
            for (file, _, lines), names in self._students.items()
            if len(names) > 1
        ]
        return sorted(found, key=lambda each: (-each.lines, each.file, each.students))


def to_csv(alike: Iterable[Alike]) -> bytes:
    """The bytes of identical.csv: a row for each file that several students share."""
    rows = [(each.file, each.lines, len(each.students), inert("; ".join(each.students))) for each in alike]
    return new_csv([("file", "own_lines", "count", "students"), *rows])


@cache
def known(file: str, handout: bool) -> frozenset[Line]:
    """The logical lines of this file in the hand-out or in the solution."""
    root = homework().given if handout else homework().solved
    return frozenset(logical_lines((root / file).read_bytes())) if file in homework().files else frozenset()


def logical_lines(content: bytes) -> list[Line]:
    """The lines as Python sees them, each with its depth first. If it is not Python, or very long: the words of each."""
    try:
        if (
            len(content) <= TOKENISED_BYTES
            and max(map(len, content.splitlines()), default=0) <= TOKENISED_LINE
        ):
            return _tokenised(content)
    except (SyntaxError, tokenize.TokenError, UnicodeError, LookupError):
        pass
    return [tuple(line.split()) for line in content.decode("utf-8", "replace").splitlines() if line.strip()]


def _tokenised(content: bytes) -> list[Line]:
    lines: list[Line] = []
    words: list[str] = []
    depth, texts_only = 0, True
    for each in tokenize.tokenize(io.BytesIO(content).readline):
        depth += (each.type == token.INDENT) - (each.type == token.DEDENT)
        if each.type == token.NEWLINE:
            if words and not texts_only:  # a line with only string literals is a docstring
                lines.append((str(depth), *words))
            words, texts_only = [], True
        elif each.type not in SPACING:
            words.append(each.string)
            texts_only = texts_only and each.type == token.STRING
    return lines
