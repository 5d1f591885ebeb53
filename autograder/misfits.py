"""Find what does not fit together in a homework: its record, checks, words, stubs and bank are read, never run.

This happens when a run begins. A misfit found later would be found in every submission.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder import kit
from autograder.checks import bank
from autograder.checks.listed import check_id, files, marker, parsed, part_of, tests
from autograder.homework import homework
from autograder.messages import LANGUAGES, Message, Refusal, catalogue

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Functions that a check calls with a message's id, and the position of that argument; its keyword is ``message``.
SAID = {"Failed": 0, "NotRun": 0, "Message": 0, "remark": 0, "ending_as": 0, "all_close": 3, "close": 4}
# The engine's messages that the homework words itself, because they name its package and files.
OWN = (
    "intake.nothing_found intake.ambiguous intake.several intake.folder_too_large intake.zip_entries "
    "intake.zip_unopened check.raised check.raised_outside release.bad_url report.course"
).split()


def refuse() -> None:
    """Raise Refusal with the first misfit of the homework in use, if there is one."""
    for looked_for in (_catalogues, _sources, _checks, _points, _titles, _messages, _stubs, _bank):
        for misfit in looked_for():
            raise Refusal(misfit)


def _misfit(what: str, **values: object) -> Message:
    return Message(f"settings.{what}", {"path": str(kit.folder() / kit.NAME), **values})


def _catalogues() -> Iterator[Message]:
    """The homework's catalogues that are not TOML. ``messages.catalogue`` skips them, so there are words to say so."""
    for language in LANGUAGES:
        file = _catalogue(language)
        try:
            tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError:
            yield _misfit("unread", file=str(file))
        except ValueError as fault:
            yield _misfit("catalogue", file=str(file), fault=str(fault)[:300])


def _sources() -> Iterator[Message]:
    """Files of checks and of stubs that are not Python."""
    written = (folder / file for folder in (homework().given, homework().solved) for file in homework().files)
    for file in (*files("*.py"), *written):
        try:
            parsed(file)
        except OSError:
            yield _misfit("unread", file=str(file))
        except SyntaxError as fault:
            yield _misfit("syntax", file=str(file), line=fault.lineno or 0, fault=fault.msg)


def _checks() -> Iterator[Message]:
    """Files of checks without a known part, and checks without points, with a repeated id, or that need a later check."""
    earlier: set[str] = set()
    for file in files():
        part = part_of(file)
        if part is None:
            yield _misfit("unmarked_file", file=str(file))
        elif part not in homework().parts:
            yield _misfit("other_part", file=str(file), part=part, parts=", ".join(homework().parts))
        for test in tests(file):
            check, given = check_id(test), marker(test)
            if not isinstance(given.get("points"), int | float):
                yield _misfit("unmarked_check", file=str(file), check=check)
            elif check in earlier:
                yield _misfit("twice", file=str(file), check=check)
            elif "needs" in given and given["needs"] not in earlier:
                yield _misfit("needs", file=str(file), check=check, other=given["needs"])
            earlier.add(check)


def _points() -> Iterator[Message]:
    for name, part in homework().parts.items():
        own = [test for file in files() if part_of(file) == name for test in tests(file)]
        total = sum(float(marker(test)["points"]) for test in own)
        if part.points != total:
            values = {"key": f"parts.{name}.points", "value": f"{part.points:g}", "total": f"{total:g}"}
            yield _misfit("points", **values, checks=str(kit.folder() / "checks"))


def _titles() -> Iterator[Message]:
    """Checks without a docstring or without a title, and stubs without a check."""
    checks = {check_id(test): (file, test) for file in files() for test in tests(file)}
    for check, (file, test) in checks.items():
        if not ast.get_docstring(test):
            yield _misfit("docstring", check=check, file=str(file))
        for language in LANGUAGES:
            if not catalogue(language)["titles"].get(check):
                yield _misfit("title", check=check, file=str(_catalogue(language)))
    for name, stub in homework().stubs.items():
        if not any(homework().stub_of(check) == name for check in checks):
            yield _misfit("prefix", stub=name, prefix=stub.checks)


def _messages() -> Iterator[Message]:
    """Messages of the engine or of a check that have no words in a language."""
    for language in LANGUAGES:
        for message in (*OWN, *(f"report.part.{part}" for part in homework().parts)):
            if message not in catalogue(language)["messages"]:
                yield _misfit("own_words", message=message, words=str(_catalogue(language)))
    for file in files("*.py"):
        for node in _said(parsed(file)):
            for language in LANGUAGES:
                if node.value not in catalogue(language)["messages"]:
                    where = {"file": str(file), "line": node.lineno, "words": str(_catalogue(language))}
                    yield _misfit("words", message=str(node.value), **where)


def _said(tree: ast.Module) -> Iterator[ast.Constant]:
    """The literal ids of messages; one that is put together at run time can't be known here."""
    for node in ast.walk(tree):
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in SAID:
            given = node.args[SAID[name] : SAID[name] + 1]
            given += [keyword.value for keyword in node.keywords if keyword.arg == "message"]
            for each in given:
                for branch in (each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,):
                    if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                        yield branch


def _stubs() -> Iterator[Message]:
    """Stubs missing in the hand-out or in the solution."""
    for name in homework().stubs:
        for folder in (homework().given, homework().solved):
            file = folder / homework().file_of(name)
            functions = (node for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef))
            if name not in {function.name for function in functions}:
                yield _misfit("stub", file=str(file), stub=name)


def _bank() -> Iterator[Message]:
    """Bank entries for stubs that do not exist, or for no stub."""
    for kind in bank.KINDS:
        for entry in bank.entries(homework().bank, kind):
            for stub in entry.stubs if "stub" in entry.header else ("",):
                if stub not in homework().stubs:
                    yield _misfit("entry", file=str(homework().bank / kind / f"{entry.name}.py"), stub=stub)


def _catalogue(language: str) -> Path:
    return kit.folder() / "words" / f"{language}.toml"
