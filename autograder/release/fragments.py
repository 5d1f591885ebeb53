"""Take a text apart so that its parts are recognised elsewhere: words in a row, and pieces of code.

Words are compared without layout, letter case and punctuation, so that commented-out, quoted and re-wrapped
text is still the same. Code is compared as Python's syntax trees, without imports, docstrings, annotations and
layout. Both are long enough not to occur twice by accident. Code with its names changed is not recognised:
nobody does that by accident.
"""

from __future__ import annotations

import ast
import re
import textwrap
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from functools import partial

WORDS = 7  # in a row
NODES = 10  # of a syntax tree, at least
NOT_COMPARED = ("annotation", "returns", "type_comment", "ctx", "kind", "type_params")
FENCE = re.compile(r"^ *(```+|~~~+)[^\n]*\n(.*?)^ *\1", re.MULTILINE | re.DOTALL)
MAGIC = re.compile(r"^ *[%!].*$", re.MULTILINE)  # a notebook's lines that are not Python

# A fragment's hash, which is valid in this process only, and a function that shows the fragment.
Fragment = tuple[int, Callable[[], str]]


def fragments(text: str) -> Iterator[Fragment]:
    """Everything in a text that can be recognised elsewhere."""
    yield from of_words(text)
    yield from of_code(text)


def of_words(text: str) -> Iterator[Fragment]:
    """Each run of WORDS words in a text."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())
    for start in range(len(words) - WORDS + 1):
        run = tuple(words[start : start + WORDS])
        if sum(word[0].isalpha() for word in run) > 2:  # a row of numbers is nobody's secret
            yield hash(run), partial(" ".join, run)


def of_code(text: str) -> Iterator[Fragment]:
    """Each statement, expression and pair of statements in Python code, and in fenced blocks of Markdown.

    Nothing if the text is not Python.
    """
    for source in (text, *(match[2] for match in FENCE.finditer(text))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            try:
                tree = ast.parse(textwrap.dedent(MAGIC.sub("", source)))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        found: list[Fragment] = []
        _visit(tree, found)
        yield from found


def _visit(node: ast.AST, found: list[Fragment]) -> tuple[int, int]:
    """The hash and the size of a tree. Adds to ``found`` all trees in it that are large enough."""
    parts: list[object] = [type(node).__name__]
    size = 1
    for name, value in ast.iter_fields(node):
        if name in NOT_COMPARED:
            continue
        many = value if isinstance(value, list) else [value]
        nodes = [item for item in many if isinstance(item, ast.AST) and not _idle(item)]
        seen = [_visit(item, found) for item in nodes]
        size += sum(own for _, own in seen)
        parts += [name, *(known for known, _ in seen)]
        parts += [repr(item) for item in many if not isinstance(item, ast.AST)]
        if name in ("body", "orelse", "finalbody") and isinstance(value, list):
            for index in range(len(nodes) - 1):
                (first, one), (second, other) = seen[index : index + 2]
                _add(hash((first, second)), one + other, nodes[index : index + 2], found)
    known = hash(tuple(parts))
    if isinstance(node, (ast.stmt, ast.expr)):
        _add(known, size, [node], found)
    return known, size


def _add(known: int, size: int, nodes: list[ast.AST], found: list[Fragment]) -> None:
    if size >= NODES:
        found.append((known, lambda: "; ".join(ast.unparse(node) for node in nodes)))


def _idle(node: ast.AST) -> bool:
    """Whether it computes nothing: an import, or a string that stands by itself, such as a docstring."""
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
