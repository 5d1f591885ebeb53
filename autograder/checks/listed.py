"""The list of hidden checks, read from their files without running them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder import kit


@dataclass(frozen=True)
class Listed:
    """A hidden check as its file declares it."""

    id: str
    part: str
    points: float


@cache
def listed_checks() -> Mapping[str, Listed]:
    """All hidden checks by id, in order. ``misfits`` refuses files that do not fit, before this is called."""
    return {
        check_id(test): Listed(check_id(test), str(part_of(path)), float(marker(test)["points"]))
        for path in files()
        for test in tests(path)
        if "points" in marker(test)
    }


def files(pattern: str = "test_*.py") -> list[Path]:
    return sorted((kit.folder() / "checks").glob(pattern))


def tests(path: Path) -> list[ast.FunctionDef]:
    functions = (node for node in parsed(path).body if isinstance(node, ast.FunctionDef))
    return [function for function in functions if function.name.startswith("test_")]


def check_id(test: ast.FunctionDef) -> str:
    return test.name.removeprefix("test_")


def part_of(path: Path) -> object:
    """The part that a file of checks declares; None if it declares none."""
    for node in parsed(path).body:
        if not isinstance(node, ast.Assign) or ast.unparse(node.targets[0]) != "pytestmark":
            continue
        if isinstance(node.value, ast.Call):
            return next((each.value for each in node.value.args if isinstance(each, ast.Constant)), None)
    return None


def marker(test: ast.FunctionDef) -> dict[str, Any]:
    """The arguments of a check's own marker; empty if it has no marker."""
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.check":
            given = {str(keyword.arg): keyword.value for keyword in mark.keywords}
            return {name: node.value for name, node in given.items() if isinstance(node, ast.Constant)}
    return {}


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file. Raises SyntaxError or OSError."""
    return ast.parse(path.read_bytes())
