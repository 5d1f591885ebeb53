"""Words for people: the code gives each message all its values, and whatever the code can say has words."""

from __future__ import annotations

import ast
import re
import string
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import kit, messages
from autograder.checks.limits import numbers
from autograder.homework import homework
from autograder.messages import LANGUAGES, Message, catalogue, words
from autograder.messages.particles import PAIR, fitted
from autograder.report.student import speech

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


# Comparisons make a message of the id that they are given: which values they add themselves.
COMPARISONS: dict[str, set[str]] = {
    "close": {"called", "returned", "expected"},
    "all_close": {"share", "largest"},
    "ending_as": set(),
}


def compared() -> Iterator[tuple[str, str, set[str]]]:
    """Every message that a comparison makes from a literal id and literal names, as ``made`` gives them."""
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            names = {keyword.arg for keyword in node.keywords}
            if node.func.attr not in COMPARISONS or None in names:
                continue
            for each in node.args:
                if isinstance(each, ast.Constant) and each.value in WORDS:
                    own = COMPARISONS[node.func.attr]
                    yield f"{path.name}:{node.lineno}", each.value, own | {str(name) for name in names}


MADE = [*made(), *compared()]


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
    assert own.keys() == {"messages"} and homeworks.keys() == {
        "messages",
        "titles",
        "symbols",
        "misconceptions",
    }
    assert not own["messages"].keys() & homeworks["messages"].keys()


NEITHER = "neither language"
SHOWN = {"seconds": 1.0, "minutes": 1.0, "free": 1.0, "kind": "ValueError", "text": "of <code>", "file": "loss.py", "line": 1}  # fmt: skip


def filling(message_id: str) -> dict[str, object]:
    """A value for each placeholder that the English words have; ``raised`` and ``place`` are made of others."""
    names = placeholders(words(message_id, "en"))
    names |= {"kind", "text"} if "raised" in names else set()
    names |= {"file", "line"} if "place" in names else set()
    own = {"needed": "kl_scalar"} | SHOWN
    return {name: own.get(name, name) for name in names - {"raised", "place"}}


@pytest.mark.parametrize(
    "message_id", [key for key in WORDS if not key.startswith(("report.", "cli.", "doctor."))]
)
def test_a_message_lacks_no_value_in_either_language(message_id: str) -> None:
    """With every value that the English words name, a text and a student's page are full in both languages."""
    message = Message(message_id, filling(message_id))
    assert "{" not in message.text("en") + message.text("ko")
    assert NEITHER not in speech("ko").message(message, NEITHER)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_without_one_of_its_values_is_an_error(language: str) -> None:
    values = filling("check.shape")
    for name in values:
        with pytest.raises(KeyError, match=name):
            Message("check.shape", {key: value for key, value in values.items() if key != name}).text(
                language
            )


READ_ALOUD = {  # a value, with the particles that a Korean puts behind it: object, subject, "with", direction, "called"
    "김철수": "를 가 와 로 라는",
    "이서준": "을 이 과 으로 이라는",
    "한결": "을 이 과 로 이라는",
    "이서준_1003": "을 이 과 으로 이라는",
    "loss.py": "를 가 와 로 라는",
    "hw1.zip": "을 이 과 으로 이라는",
    "homework.toml": "을 이 과 로 이라는",
    "grades.csv": "를 가 와 로 라는",
    "class/notebook.ipynb": "를 가 와 로 라는",
    "/tmp/out/": "을 이 과 으로 이라는",
    "train": "을 이 과 으로 이라는",
    "train_epoch": "을 이 과 으로 이라는",
    "kl_divergence(mu, log_var)": "를 가 와 로 라는",
    "model": "을 이 과 로 이라는",
    "module": "을 이 과 로 이라는",
    "step": "을 이 과 으로 이라는",
    "KL": "을 이 과 로 이라는",
    "MNIST": "를 가 와 로 라는",
    "float": "를 가 와 로 라는",
    "0": "을 이 과 으로 이라는",
    "1": "을 이 과 로 이라는",
    "3": "을 이 과 으로 이라는",
    "2.5": "를 가 와 로 라는",
    "33 %": "를 가 와 로 라는",
    "shape (3, 4)": "를 가 와 로 라는",
    "日本": "을(를) 이(가) 과(와) (으)로 (이)라는",
}


@pytest.mark.parametrize(("value", "particles"), READ_ALOUD.items(), ids=READ_ALOUD)
def test_korean_particles_go_by_how_the_word_before_is_read(value: str, particles: str) -> None:
    pairs = "을(를) 이(가) 과(와) (으)로 (이)라는"
    for form in ("NFC", "NFD"):  # macOS spells the names of files with single letters
        spelt = unicodedata.normalize(form, value)
        for pair, particle in zip(pairs.split(), particles.split(), strict=True):
            values = {"name": spelt}
            assert fitted(f"{{name}}{pair}", values).format_map(values) == spelt + particle
            assert fitted(f"'{{name}}'{pair}", values).format_map(values) == f"'{spelt}'{particle}"


def test_a_particle_that_somebody_wrote_in_a_value_stays() -> None:
    message = Message(
        "check.raised", {"called": "f", "kind": "E", "text": "model을(를)", "file": "loss.py", "line": 1}
    )
    assert "model을(를)" in message.text("ko")


def test_every_pair_of_particles_in_the_catalogue_is_one_that_can_be_chosen() -> None:
    """Each pair is known and follows a placeholder directly, so no student reads "loss.py이(가)"."""
    for key, text in catalogue("ko")["messages"].items():
        assert not re.search(r"[가-힣]\((?:가|를|는|와|여야)\)|\((?:이|으)\)", PAIR.sub("", text)), key
        # And a particle that fits only some values does not stand there by itself.
        assert not re.search(
            r"\{\w+[^{}]*\}['\"`]?(?:[이가을를은는과와로]|으로|이라는|라는|이어야|여야)(?![가-힣(])", text
        ), key
