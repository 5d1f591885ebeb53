"""Words for people: the code gives each message all its values, and whatever the code can say has words."""

from __future__ import annotations

import ast
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import kit, messages
from autograder.checks.limits import numbers
from autograder.homework import homework
from autograder.messages import LANGUAGES, Message, catalogue, words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENGINE = Path(messages.__file__).parents[1]
SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ENGINE.rglob("*.py"))}
WORDS = catalogue("en")["messages"]
SECTIONS = {key.partition(".")[0] for key in WORDS}
MAKERS = ("Message", "Failed", "NotRun", "good", "note", "bad")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def made() -> Iterator[tuple[str, str, set[str]]]:
    """Every message that code makes from a literal id and literal names: (where, id, names of its values)."""
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS
            ):
                continue
            if not (node.args and isinstance(node.args[0], ast.Constant)):
                continue
            names = {keyword.arg for keyword in node.keywords}
            if node.func.id == "Message" and len(node.args) == 2:
                if not isinstance(node.args[1], ast.Dict):
                    continue
                names = {key.value if isinstance(key, ast.Constant) else None for key in node.args[1].keys}
            if None not in names:
                yield f"{path.name}:{node.lineno}", str(node.args[0].value), {str(name) for name in names}


MADE = list(made())


def test_most_messages_are_made_where_they_can_be_read() -> None:
    assert len(MADE) > 50


@pytest.mark.parametrize(("where", "message_id", "names"), MADE, ids=[f"{w} {i}" for w, i, _ in MADE])
def test_a_message_gets_all_the_values_that_its_words_ask_for(
    where: str, message_id: str, names: set[str]
) -> None:
    for language in LANGUAGES:
        assert placeholders(words(message_id, language)) <= names, f"{where}, {language}"


def literal_ids() -> set[str]:
    """Every string in the code that looks like a message id."""
    texts = {
        node.value
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if re.fullmatch(rf"({'|'.join(SECTIONS)})\.[a-z_.]*[a-z]", text)}


# File names look alike; and expect.close has a default that no check uses.
NO_IDS = {"latent.py", "training.py", "check.value"}


def test_whatever_looks_like_an_id_has_words() -> None:
    assert literal_ids() - NO_IDS - set(WORDS) == set()


def patterns() -> list[str]:
    """The ids that code puts together, such as f"check.crashed_{how}", as regular expressions."""
    found = []
    for tree in SOURCES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[^ ]+" for p in node.values
                ]
                if re.match(rf"({'|'.join(SECTIONS)}|\[\^ \]\+)(\\\.|$)", "".join(parts)):
                    found.append("".join(parts))
    return found


def test_no_words_are_left_over() -> None:
    """Every message but the reports' is used: by a literal id, or by one that is put together."""
    said = literal_ids()
    # Pages ask for words by the end of the id, as t("summary").
    pages = "".join(path.read_text(encoding="utf-8") for path in (ENGINE / "report").rglob("*") if path.suffix in (".html", ".py"))  # fmt: skip
    said |= {f"report.{name}" for name in re.findall(r"""\b(?:t|words)\(\s*["']([\w.]+)["']""", pages)}
    combined = [pattern for pattern in patterns() if pattern != r"[^ ]+\.[^ ]+"]
    left = {key for key in WORDS if key not in said and not any(re.fullmatch(p, key) for p in combined)}
    assert {key for key in left if not key.startswith("report.")} == set()


@pytest.mark.parametrize("how", ["exit", "signal", "memory", "scratch", "output", "garbled"])
def test_every_way_to_crash_has_words(how: str) -> None:
    for language in LANGUAGES:
        values = {"called": "f()", "number": 3, **numbers(how, homework().limits())}
        assert Message(f"check.crashed_{how}", values).text(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_needed_check_is_shown_by_its_title(language: str) -> None:
    text = Message("check.not_run", {"needed": "kl_scalar"}).text(language)
    assert words("kl_scalar", language, "titles") in text
    assert "kl_scalar" not in text


@pytest.mark.parametrize("value", ["{0.__class__}", "{called}", "100 %", "%s", "}{", "<b>"])
def test_values_are_only_filled_in_never_formatted_again(value: str) -> None:
    text = Message("check.raised", {"called": "f", "kind": "E", "text": value, "file": "loss.py", "line": 1})
    for language in LANGUAGES:
        assert value in text.text(language)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no catalogue for language 'fr'"):
        catalogue("fr")


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(KeyError):
        Message("check.no_such_message").text("en")


def test_an_unknown_misconception_has_its_name_to_say() -> None:
    assert messages.misconception("from-another-version", "ko") == {"what": "from-another-version"}


def test_no_text_breaks_a_line_of_the_command_line() -> None:
    """A message to the command line is one line in each language."""
    for language in LANGUAGES:
        for key, text in catalogue(language)["messages"].items():
            assert "\n" not in text, (language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_engines_words_and_the_homeworks_are_apart(language: str) -> None:
    """No id is in both files, so neither hides the other's words."""
    own, homeworks = (
        tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
        for folder in (ENGINE / "messages", (kit.folder() / "words"))
    )
    assert own.keys() == {"messages"} and homeworks.keys() == {"messages", "titles", "misconceptions"}
    assert not own["messages"].keys() & homeworks["messages"].keys()
