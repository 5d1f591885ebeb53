"""The words: both languages complete, every id that code uses known, every check described."""

from __future__ import annotations

import ast
import re
import string
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from autograder import kit
from autograder.checks import bank
from autograder.homework import homework
from autograder.messages import LANGUAGES, catalogue

CHECKS = [
    (node, module)
    for module in sorted((kit.folder() / "checks").glob("test_*.py"))
    for node in ast.parse(module.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]
HANGUL = re.compile("[가-힣]")


def marker(node: ast.FunctionDef) -> dict[str, Any]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.check":
            return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in decorator.keywords}
    raise AssertionError(f"{node.name} has no check marker")


def part(module: Path) -> str:
    found = re.search(r'pytestmark = pytest.mark.part\("(\w+)"\)', module.read_text(encoding="utf-8"))
    assert found is not None
    return found.group(1)


def entries(section: str) -> list[tuple[str, str, str]]:
    """(id, English, Korean) of one section; a misconception's three texts count as three."""
    flat = {}
    for language in LANGUAGES:
        for key, value in catalogue(language)[section].items():
            texts = value.items() if isinstance(value, dict) else [("", value)]
            for name, text in texts:
                flat.setdefault(f"{key}.{name}".strip("."), {})[language] = text
    assert all(set(each) == set(LANGUAGES) for each in flat.values()), "an id is missing in one language"
    return [(key, each["en"], each["ko"]) for key, each in flat.items()]


@pytest.mark.parametrize("section", ["messages", "titles", "misconceptions"])
def test_both_languages_are_complete_and_fill_the_same_values(section: str) -> None:
    found = entries(section)
    assert len(found) > 30
    for key, english, korean in found:
        assert english.strip() and korean.strip(), key
        if section == "messages":
            names = [
                {field for _, field, _, _ in string.Formatter().parse(text) if field}
                for text in (english, korean)
            ]
            assert names[0] == names[1], key
        if not key.startswith(("cli.column", "report.", "cli.matrix")):
            assert not HANGUL.search(english), key
        if section != "messages" or len(korean) > 30:
            assert HANGUL.search(korean), key


def test_every_message_id_in_the_code_has_words() -> None:
    used = set()
    for path in kit.ENGINE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:Message|Failed|NotRun)\(\s*"([\w.]+)"', text))
    known = catalogue("en")["messages"]
    assert len(used) > 40
    assert used <= set(known)


def test_titles_are_the_first_lines_of_the_checks() -> None:
    lines = {
        node.name.removeprefix("test_"): (ast.get_docstring(node) or "").splitlines()[0] for node, _ in CHECKS
    }
    assert lines == catalogue("en")["titles"]


def test_titles_fit_one_line() -> None:
    for key, english, korean in entries("titles"):
        for title in (english, korean):
            wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in title)
            assert "\n" not in title and len(title) + wide <= 88, key


def test_the_checks_points_add_up_to_the_parts() -> None:
    total = dict.fromkeys(tuple(homework().parts), 0.0)
    for node, module in CHECKS:
        total[part(module)] += marker(node)["points"]
    assert total == {name: homework().points(name) for name in tuple(homework().parts)}


def test_prerequisites_come_earlier_and_in_the_same_part() -> None:
    seen: dict[str, str] = {}
    for node, module in CHECKS:
        needs = marker(node).get("needs")
        assert needs is None or seen.get(needs) == part(module), node.name
        seen[node.name.removeprefix("test_")] = part(module)


def test_the_bank_and_the_catalogue_know_the_same_misconceptions() -> None:
    wrong = bank.entries(homework().bank, "wrong")
    assert len(wrong) >= 150
    assert len(bank.entries(homework().bank, "right")) >= 70
    named = {name for entry in wrong for name in entry.misconceptions}
    assert named | {"not-finished"} == set(catalogue("en")["misconceptions"])


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_every_entry_of_the_bank_says_what_is_needed(kind: str) -> None:
    for entry in bank.entries(homework().bank, kind):
        assert set(entry.stubs) <= set(homework().stubs) and entry.header["why"], entry.name
        assert set(entry.parts) <= set(homework().parts) and bool(entry.parts) == (kind == "wrong"), (
            entry.name
        )
        own = {homework().stubs[stub].part for stub in entry.stubs}
        assert entry.only_short_run or set(entry.parts) <= own, entry.name
        assert set(bank.files(entry)) == set(homework().files), entry.name
