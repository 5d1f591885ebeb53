"""The mutants: each is a file of the solution with one small mistake in it.

Neither of the two well-maintained tools fits as it is. cosmic-ray's loop rewrites a file in place, which here would
change the reference that the checks compare with, and it starts a command per mutant. mutmut writes the original
and all mutants of a file into one module that picks one by a variable: student code that holds the answers. But
cosmic-ray's operators work on text, one mutant at a time. So the mutants come from them, and are graded as a class.
"""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from autograder.homework import homework

from .operators import OPERATORS, Code, is_docstring

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
# They need the name of a variable, and what they put in its place is drawn at random.
RANDOM = ("core/VariableReplacer", "core/VariableInserter")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Mutant:
    """One file of the solution with one mistake: the lines ``before`` became the lines ``after``."""

    name: str
    file: str
    operator: str
    line: int
    before: str
    after: str
    source: str

    @property
    def key(self) -> Key:
        """The mutant's key in the list of equivalent mutants."""
        return self.file, self.before, self.after


def solution() -> dict[str, str]:
    """The four files without a mistake."""
    return {name: (homework().solved / name).read_text(encoding="utf-8") for name in homework().files}


@cache
def mutants() -> tuple[Mutant, ...]:
    """All mutants that differ from the solution, and from each other, in more than types and docstrings."""
    found = []
    for file, source in solution().items():
        seen = {behaviour(source)}
        for operator, mutated in mutations(source):
            if (kept := behaviour(mutated)) not in seen:
                seen.add(kept)
                name = f"{file.removesuffix('.py')}-{len(seen) - 1:03}"
                found.append(Mutant(name, file, operator, *difference(source, mutated), mutated))
    return tuple(found)


def mutations(source: str) -> Iterator[tuple[str, str]]:
    """Yield each operator's name and the mutated source, cosmic-ray's operators first."""
    nodes = list(ast_nodes(get_ast(source)))
    for name in operator_names():
        if name not in RANDOM:
            operator = get_operator(name)()
            occurrences = sum(len(list(operator.mutation_positions(node))) for node in nodes)
            for occurrence in range(occurrences):
                yield name.removeprefix("core/").partition("_")[0], mutate_code(source, operator, occurrence)
    code = Code(source)
    for own in OPERATORS:
        for edit in own(code):
            yield own.__name__, code.edited(edit)


def behaviour(source: str) -> str:
    """The source without what doesn't change behaviour: layout, comments, docstrings, types, what only a run file does."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef():
                node.returns = None
            case ast.arg():
                node.annotation = None
        for block in ("body", "orelse"):
            if isinstance(statements := getattr(node, block, None), list):
                kept = [each for each in statements if not (is_docstring(each) or is_run_button(each))]
                setattr(node, block, kept)
    return ast.dump(tree)


def is_run_button(node: ast.stmt) -> bool:
    """Whether it is what a file does when it is run, not imported."""
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def difference(before: str, after: str) -> tuple[int, str, str]:
    """The number of the first changed line, and the changed lines before and after the mutation."""
    old, new = before.splitlines(), after.splitlines()
    changes = [
        change
        for change in difflib.SequenceMatcher(None, old, new, False).get_opcodes()
        if change[0] != "equal"
    ]
    first, last = changes[0], changes[-1]
    return first[1] + 1, joined(old[first[1] : last[2]]), joined(new[first[3] : last[4]])


def joined(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in lines)


@cache
def equivalent() -> dict[Key, str]:
    """Mutants that do what the hand-out asks, and why. Raises ValueError if one is listed twice."""
    listed: dict[Key, str] = {}
    for entry in tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]:
        key = (entry["file"], entry["before"], entry["after"])
        if key in listed:
            raise ValueError(f"equivalent.toml: listed twice: {key}")
        listed[key] = entry["why"]
    return listed
