"""The bank of right, wrong and hostile submissions: each a small file that replaces stubs of the solution.

``autograder audit`` grades it. tests/bank/README.md describes the format.
"""

from __future__ import annotations

import ast
import hashlib
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from autograder.homework import homework
from autograder.intake import Submission

KINDS = ("right", "wrong", "hostile")


@dataclass(frozen=True)
class Entry:
    """One file of the bank. ``header`` holds its ``# key: value`` lines, ``source`` the whole text."""

    name: str
    kind: str
    header: Mapping[str, str]
    source: str

    @property
    def stubs(self) -> tuple[str, ...]:
        return tuple(stub.strip() for stub in self.header["stub"].split(","))

    @property
    def written_in(self) -> set[str]:
        """The parts whose stubs it replaces."""
        return {homework().stubs[stub].part for stub in self.stubs}

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that must lose points."""
        return tuple(part.strip() for part in self.header.get("part", "").split(",") if part.strip())

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The misconceptions that feedback should name."""
        return tuple(name.strip() for name in self.header.get("misconception", "").split(",") if name.strip())

    @property
    def work(self) -> str:
        """The work that a hostile entry's attack is added to: ``honest``, ``wrong`` or ``empty``."""
        return self.header.get("work", "honest")

    @property
    def most(self) -> float:
        """The points of its part that a hostile entry's work earns without the attack; inf means all of them."""
        return float(self.header.get("most", 0 if self.work == "empty" else "inf"))

    @property
    def only_short_run(self) -> bool:
        """Whether it must lose points in the short run and nowhere else."""
        return self.header.get("short-run-only") == "yes"


def entries(folder: Path, kind: str) -> list[Entry]:
    """The bank's entries of one kind, sorted by name."""
    return [_parse(path, kind) for path in sorted((folder / kind).glob("*.py"))]


def _parse(path: Path, kind: str) -> Entry:
    source = path.read_text(encoding="utf-8")
    header = {}
    for line in source.splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if not line.startswith("# ") or not colon:
            break
        header[key] = value.strip()
    return Entry(path.stem, kind, header, source)


def files(entry: Entry) -> dict[str, str]:
    """The files of the submission that the entry stands for."""
    result = dict(_solution())
    if "file" in entry.header:
        return {**result, entry.header["file"]: entry.source}
    tree = ast.parse(entry.source)
    for file in dict.fromkeys(map(homework().file_of, entry.stubs)):
        if entry.work == "empty":
            result[file] = (homework().given / file).read_text(encoding="utf-8")
        own = {stub for stub in entry.stubs if homework().file_of(stub) == file}
        extra = [
            _segment(entry.source, node)
            for node in tree.body
            if getattr(node, "name", None) not in homework().stubs
        ]
        if extra:
            result[file] = _insert_after_imports(result[file], "\n\n\n".join(extra))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in own:
                result[file] = _replace(result[file], node.name, _segment(entry.source, node))
    return result


def submission(entry: Entry) -> Submission:
    """The entry as a submission, as if it had been handed in."""
    contents = {name: text.encode() for name, text in files(entry).items()}
    digest = hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest()
    return Submission(name=entry.name, files=contents, problems={}, notes=(), digest=digest)


@cache
def _solution() -> Mapping[str, str]:
    return {file: (homework().solved / file).read_text(encoding="utf-8") for file in homework().files}


@lru_cache(maxsize=8)  # the solution's few files are asked for again and again
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _segment(source: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


def _insert_after_imports(source: str, text: str) -> str:
    imports = [node for node in _parsed(source).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    last = max(node.end_lineno or 0 for node in imports)
    lines = source.splitlines()
    return "\n".join([*lines[:last], text, *lines[last:]]) + "\n"


def _replace(source: str, stub: str, text: str) -> str:
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.FunctionDef) and node.name == stub:
            lines = source.splitlines()
            new = textwrap.indent(text, " " * node.col_offset)
            return "\n".join([*lines[: node.lineno - 1], new, *lines[node.end_lineno :]]) + "\n"
    raise ValueError(f"the solution has no {stub}")
