"""Generate the hand-out's copy of the readings: the desk measures a failing function just as the grader does.

Of each stub that release/public.toml lists under ``readings``, the hand-out gets its questions and readings, the words,
and the definitions of the kit that these need, in PACKAGE/desk/measured/. Nothing else of a module is copied.

``python -m autograder.release.readings`` writes them, ``--check`` names what has drifted and exits 1.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path

from autograder import kit
from autograder.homework import homework
from autograder.messages import catalogue
from autograder.release import generated

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KIT = kit.ENGINE.name
NOTE = "# Generated from the grader's readings: a change here would be overwritten.\n"
ABOUT = '"""What a function computes: questions about it, and readings of the answers."""\n'
WIDTH = 110  # of a line
# What the desk calls itself.
FOR_THE_DESK = (
    ("checks.measured", "measured"),
    ("sandbox.encoding", "type_name"),
    ("messages.particles", "fitted"),
    ("messages.particles", "last_sound"),
)

Definition = tuple[str, str]  # module, name


class KitModule:
    """A module of the kit, and the names of the definitions in it that the hand-out needs."""

    def __init__(self, name: str) -> None:
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.origin is not None, f"{name} is a module"
        self.name, self.path = name, Path(spec.origin).resolve()
        self.text = self.path.read_text(encoding="utf-8")
        if name == f"{kit.package()}.probes.probes":
            self.text = without(self.text, unasked())
        self.body = ast.parse(self.text).body
        self.needed: set[str] = set()

    @cached_property
    def imports(self) -> dict[str, Definition]:
        """What each imported name is; a module of the kit has the name ""."""
        found = {}
        for node in (each for each in self.body if isinstance(each, ast.ImportFrom)):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                place = (whole, "") if is_own(whole) else (str(node.module), alias.name)
                found[alias.asname or alias.name] = place
        return found

    @property
    def copied(self) -> list[ast.stmt]:
        """The definitions that the hand-out needs."""
        return [node for node in self.body if self.needed & bound(node)]

    def defines(self, name: str) -> bool:
        return any(name in bound(node) for node in self.body)

    def uses(self, name: str) -> Iterator[Definition]:
        """What a definition refers to."""
        for used in (each for node in self.body if name in bound(node) for each in ast.walk(node)):
            if isinstance(used, ast.Name):
                yield self.imports.get(used.id, (self.name, used.id))
            elif isinstance(used, ast.Attribute) and isinstance(used.value, ast.Name):
                module, inside = self.imports.get(used.value.id, ("", ""))
                yield module, inside or used.attr

    def split(self, place: dict[str, str]) -> tuple[str, str]:
        """The hand-out's text, which imports the kit's modules from their ``place`` there, and all that is not in it."""
        lines = self.text.splitlines(keepends=True)
        given, hidden = [*lines], [*lines]
        copied = self.copied
        used = {each.id for node in copied for each in ast.walk(node) if isinstance(each, ast.Name)}
        for node in self.body:
            decorators = getattr(node, "decorator_list", [])
            first, end = min(each.lineno for each in (node, *decorators)) - 1, node.end_lineno or 0
            while first and lines[first - 1].startswith("#"):
                first -= 1
            nothing = [""] * (end - first)
            if node in copied or isinstance(node, ast.Expr):  # an Expr is the docstring
                hidden[first:end] = nothing
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                given[first:end] = [self.imported(node, used, place), *nothing[1:]]
            else:
                given[first:end] = nothing
        return tidied(given), tidied(hidden)

    def imported(self, node: ast.Import | ast.ImportFrom, used: set[str], place: dict[str, str]) -> str:
        """An import of the names that are ``used``, in the hand-out."""
        names = [each for each in node.names if (each.asname or each.name).partition(".")[0] in used]
        if (
            isinstance(node, ast.Import)
            or node.module == "__future__"
            or not is_own_package(str(node.module))
        ):
            node.names = node.names if getattr(node, "module", "") == "__future__" else names
            return ast.unparse(node) + "\n" if node.names else ""
        come: dict[str, list[str]] = defaultdict(list)
        for alias in names:
            module, there = self.imports[alias.asname or alias.name]
            parent, _, last = place[module].rpartition(".")
            here, name = alias.asname or alias.name, there or last
            come[place[module] if there else parent].append(name if here == name else f"{name} as {here}")
        return "".join(map(import_line, come, come.values()))


def import_line(module: str, names: Iterable[str]) -> str:
    line = f"from {module} import {', '.join(names)}\n"
    inside = "".join(f"    {name},\n" for name in names)
    return line if len(line) <= WIDTH else f"from {module} import (\n{inside})\n"


def tidied(lines: Iterable[str]) -> str:
    """The text without the blank lines that are left over."""
    text = re.sub(r"\n{4,}", "\n\n\n", "".join(lines)).strip()
    return (
        re.sub(r"((?:^|\n)(?:from|import) [^\n]*\n)\n\n(?=(?:#[^\n]*\n)*\w[^\n]* = )", r"\1\n", text) + "\n"
    )


def bound(node: ast.stmt) -> set[str]:
    """The names that a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
    names = (each for target in targets if isinstance(target, ast.expr) for each in ast.walk(target))
    return {each.id for each in names if isinstance(each, ast.Name)}


def is_own_package(name: str) -> bool:
    """Whether this is in the kit or in the homework in use."""
    return name.partition(".")[0] in (KIT, kit.package().partition(".")[0])


@cache
def is_own(name: str) -> bool:
    """Whether this is a module of the kit or of the homework in use."""
    with suppress(ModuleNotFoundError):
        spec = importlib.util.find_spec(name) if is_own_package(name) else None
        return spec is not None and spec.submodule_search_locations is None
    return False


def stubs() -> list[str]:
    """The stubs that the desk measures: those that may be public and have readings."""
    public = tomllib.loads((homework().recipes / "public.toml").read_text(encoding="utf-8"))
    return [stub for stub in public.get("readings", ()) if is_own(f"{kit.package()}.measure.{stub}")]


def in_handout() -> dict[str, str]:
    """The kit's modules that have a counterpart in the hand-out, written for students."""
    package, modules = homework().package, [part.module for part in homework().parts.values()]
    standins = {f"{kit.package()}.probes.standins.{name}": f"{package}.{name}" for name in modules}
    written = (f"{KIT}.kit", f"{kit.package()}.probes.devices")
    return {**dict.fromkeys(written, f"{package}.desk.measuring"), **standins}


def needed(roots: Iterable[Definition]) -> dict[str, KitModule]:
    """The modules of the kit that hold these definitions and all that they need."""
    found: dict[str, KitModule] = {}
    waiting, elsewhere = list(roots), in_handout()
    while waiting:
        module, name = waiting.pop()
        if module in elsewhere or not is_own(module):
            continue
        source = found.setdefault(module, found.get(module) or KitModule(module))
        if name not in source.needed and source.defines(name):
            source.needed.add(name)
            waiting += source.uses(name)
    return found


def sources() -> dict[str, KitModule]:
    """The modules that the desk's readings need; none if it has no readings."""
    roots = [
        (f"{kit.package()}.measure.{stub}", name) for stub in stubs() for name in ("questions", "READINGS")
    ]
    roots += [(f"{kit.package()}.probes.probes", "PROBES")]
    return needed([*roots, *((f"{KIT}.{module}", name) for module, name in FOR_THE_DESK)]) if stubs() else {}


@cache
def unasked() -> set[str]:
    """The probes that the desk's readings don't ask, neither directly nor through another probe."""
    questions = (each for stub in stubs() for each in kit.module(f"measure.{stub}").questions(0).values())
    asked = [
        (each.probe, *filter(lambda value: isinstance(value, str), each.arguments.values()))
        for each in questions
    ]
    return {*kit.module("probes.probes").PROBES} - {name for names in asked for name in names}


def without(text: str, probes: set[str]) -> str:
    """The module of probes without these in its table."""
    lines = text.splitlines(keepends=True)
    [table] = [node for node in ast.parse(text).body if "PROBES" in bound(node)]
    for key, value in zip(table.value.keys, table.value.values, strict=True):  # type: ignore[attr-defined]
        if key.value in probes:
            lines[key.lineno - 1 : value.end_lineno] = [""] * (value.end_lineno - key.lineno + 1)
    return "".join(lines)


def remaining() -> dict[Path, str]:
    """What stays hidden of each module that the hand-out has a part of."""
    found = sources()
    return {source.path: source.split(in_desk(found))[1] for source in found.values()}


def in_desk(found: Iterable[str]) -> dict[str, str]:
    """The hand-out's names of the kit's modules."""
    names = [name.rpartition(".")[2] for name in found]
    assert len(set(names)) == len(names), f"two modules would get one name in the hand-out: {names}"
    folder = f"{homework().package}.desk.measured"
    return {**{name: f"{folder}.{last}" for name, last in zip(found, names, strict=True)}, **in_handout()}


def wanted() -> dict[Path, str]:
    """All files of the desk's readings, each with its text; none for a hand-out without a desk."""
    folder = homework().given / "desk" / "measured"
    found = sources() if folder.parent.is_dir() else {}
    files = {folder / source.path.name: NOTE + source.split(in_desk(found))[0] for source in found.values()}
    if files:
        files[folder / "__init__.py"] = NOTE + ABOUT
        files[folder / "words.py"] = NOTE + words()
    return files


def words() -> str:
    """The words of all statements that the desk's readings can make."""
    ids = {each.id for stub in stubs() for each in kit.module(f"measure.{stub}").READINGS}
    lines = ['"""The words of each statement, in Korean and in English."""\n\nWORDS = {']
    for name, english in catalogue("en")["messages"].items():
        statement = name.removeprefix("measured.")
        if statement != name and statement in ids:
            both = (catalogue("ko")["messages"][name], english)
            lines += [f'    "{statement}": (', *(f"        {each!r}," for each in both), "    ),"]
    return "\n".join([*lines, "}\n"])


def main() -> int:
    return generated.main("autograder.release.readings", __doc__, wanted())


if __name__ == "__main__":
    sys.exit(main())
