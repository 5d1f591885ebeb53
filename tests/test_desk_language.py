"""The desk speaks one language at a time: named by --lang and remembered, else the system's; English without Hangul."""

import ast
import itertools
import json
import os
import re
import subprocess
import sys

import pytest
from test_handout import ASSIGNMENT, desk

HANGUL = re.compile("[가-힣ㄱ-ㅎ]")
SENTENCE = re.compile(r"(?:\b[A-Za-z][a-z']* ){3}[a-z']+")  # four words of English on end
KOREAN = {"LANG": "ko_KR.UTF-8"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The hand-out in a folder without Hangul: task 1 is right, and 2b is wrong."""
    made = desk(tmp_path_factory.mktemp("desk") / "assignment", "model.py", "loss.py")
    loss = made / "vae" / "loss.py"
    text = loss.read_text(encoding="utf-8")
    assert "def kl_divergence" in text
    wrong = "\n\ndef kl_divergence(mu, log_var):\n    print('mu')\n    return mu.square().sum()\n"
    loss.write_text(text.replace("def kl_divergence", "def first") + wrong, encoding="utf-8")
    return made


@pytest.fixture
def fresh(folder):
    """The same, with nothing remembered."""
    (folder / ".desk.json").unlink(missing_ok=True)
    return folder


def ended(folder, *arguments, **environment):
    """What a command printed on both streams, decoded as the environment says."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG", "PYTHONIOENCODING")
    clean = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**clean, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    said = done.stdout.decode(environment.get("PYTHONIOENCODING", "utf-8"))
    assert "Traceback" not in said
    return said


def language(said):
    return "ko" if HANGUL.search(said) else "en"


# --- which language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (KOREAN, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LC_ALL": "en_US.UTF-8", **KOREAN}, "en"),
        ({"LC_MESSAGES": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
        ({"LC_ALL": "", **KOREAN}, "ko"),
        ({"PYTHONIOENCODING": "cp949", **KOREAN}, "ko"),
        ({"PYTHONIOENCODING": "cp437", **KOREAN}, "en"),
        ({"PYTHONIOENCODING": "ascii", **KOREAN}, "en"),
    ],
)
def test_the_language_is_guessed_from_the_locale_and_needs_letters(fresh, environment, expected):
    assert language(ended(fresh, "-m", "vae", "--help", **environment)) == expected


@pytest.mark.parametrize(("number", "expected"), [(0x412, "True"), (0x409, "False")])
def test_windows_tells_its_language_by_a_number(fresh, number, expected):
    code = f"""
import ctypes, sys
from types import SimpleNamespace as Fake
from vae.desk import language
sys.platform, ctypes.windll = "win32", Fake(kernel32=Fake(GetUserDefaultUILanguage=lambda: {number}))
print(language.korean())"""
    assert ended(fresh, "-c", code).strip() == expected


@pytest.mark.parametrize("arguments", [("--lang", "ko", "hint", "2b"), ("hint", "2b", "--lang=ko")])
def test_the_language_that_is_named_is_remembered_beside_the_hints(fresh, arguments):
    assert language(ended(fresh, "-m", "vae", *arguments)) == "ko"
    assert language(ended(fresh, "-m", "vae", "hint", "2b", LANG="en_US.UTF-8")) == "ko"
    remembered = json.loads((fresh / ".desk.json").read_text())
    assert remembered["lang"] == "ko" and len(remembered["2b"]) == 2
    assert language(ended(fresh, "-m", "vae", "hint", "2b", PYTHONIOENCODING="ascii")) == "en"
    assert language(ended(fresh, "-m", "vae", "hint", "2b", "--lang", "en", **KOREAN)) == "en"
    assert language(ended(fresh, "-m", "vae", "hint", "2b", **KOREAN)) == "en"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"lang": 3}', '{"lang": ["ko"]}', '{"lang": "fr"}', "[" * 9999]
)
def test_a_broken_memory_is_no_memory(fresh, content):
    (fresh / ".desk.json").write_text(content)
    assert language(ended(fresh, "-m", "vae", "--help", **KOREAN)) == "ko"
    assert "힌트 1/3" in ended(fresh, "-m", "vae", "hint", "2b", **KOREAN)


def test_a_memory_that_can_not_be_written_harms_nothing(fresh):
    (fresh / ".desk.json").mkdir()
    try:
        assert "힌트 1/3" in ended(fresh, "-m", "vae", "hint", "2b", "--lang", "ko")
        assert "hint 1 of 3" in ended(fresh, "-m", "vae", "hint", "2b")
    finally:
        (fresh / ".desk.json").rmdir()


# --- one language on a screen --------------------------------------------------------------------------


def assert_in(expected, said):
    foreign = {"en": HANGUL, "ko": SENTENCE}[expected].search(said)
    assert not foreign, f"{foreign[0]!r} in: {said}"
    assert len(said) > 20 and language(said) == expected, said


@pytest.mark.parametrize("expected", ["ko", "en"])
@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "train --help",
        "submit --help",
        "check --help",
        "check --all",
        "check nothing",
        "check --wrong",
        "reset",
        "reset loss --yes",
        "status",
        "hint 2b --all",
        "hint",
        "reset 3b",
        "submit --id kim",
        "submit --id kim --force",
        "submit --id a/b",
        "train --epochs 0",
        "train --epochs many",
        "train",
    ],
)
def test_no_screen_mixes_the_languages(fresh, command, expected):
    said = ended(fresh, "-m", "vae", *command.split(), LANG=f"{expected}_X.UTF-8")
    assert_in(expected, said)


@pytest.mark.parametrize("expected", ["ko", "en"])
def test_no_hint_mixes_the_languages(fresh, expected):
    for task in ("1", "2a", "2b", "2c", "3a", "3b", "4a", "4b", "4c"):
        said = ended(fresh, "-m", "vae", "hint", task, "--all", LANG=f"{expected}_X.UTF-8")
        assert_in(expected, said)


@pytest.mark.parametrize("expected", ["ko", "en"])
def test_pytest_says_the_same_in_one_language(fresh, expected):
    command = (
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-rN",
        "checks/test_2_loss.py",
        "checks/test_4_latent.py",
    )
    said = ended(fresh, *command, LANG=f"{expected}_X.UTF-8")
    failures = said.partition("FAILURES")[2].rpartition("= short")[0] or said
    assert_in(expected, "\n".join(line for line in failures.splitlines() if not re.match("[=_]", line)))
    assert {"ko": "호출: ", "en": "called: "}[expected] in said


@pytest.mark.parametrize("expected", ["ko", "en"])
@pytest.mark.parametrize("arguments", [("training.py",), ("-m", "vae"), ("-m", "pytest", "-q")])
def test_the_wrong_folder_is_named_in_one_language(fresh, arguments, expected):
    said = ended(fresh / "vae", *arguments, LANG=f"{expected}_X.UTF-8")
    assert_in(expected, re.sub(r"(?m)^no tests ran.*|^.*PYTEST.*", "", said))


def literal(node):
    """The fixed text of a string or f-string; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) or "X" for part in node.values)
    return None


def pairs():
    """Every two neighbouring texts in the hand-out's code, the first with Hangul: (where, Korean, English)."""
    for file in sorted(ASSIGNMENT.rglob("*.py")):
        if file.parent.name == "measured":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            texts = (
                [literal(each) for each in getattr(node, "args", None) or getattr(node, "elts", None) or []]
                if isinstance(node, (ast.Call, ast.Tuple))
                else []
            )
            for ko, en in itertools.pairwise(texts):
                if ko and en and HANGUL.search(ko) and not HANGUL.search(en):
                    yield f"{file.name}:{node.lineno}", ko, en


def test_every_text_is_korean_or_english():
    found = list(pairs())
    assert len(found) > 100  # the hints and the causes of exceptions may be tables in one string
    for where, ko, _ in found:
        assert not SENTENCE.search(re.sub(r"\{.*?\}", "", ko)), where


def test_no_text_holds_both_languages():
    """Apart from what has no desk to choose for it: the stubs, the titles of checks, and the module that loads the data."""
    both = re.compile(r"[가-힣][^/\n]* / [A-Za-z]|[가-힣]/[a-z]")
    for file in sorted(ASSIGNMENT.rglob("*.py")):
        if file.parent.name == "measured" or file.name == "data.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        titles = {
            ast.get_docstring(node, clean=False)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
        }
        for node in ast.walk(tree):
            text = literal(node)
            if text and text not in titles:
                assert not both.search(text), f"{file.name}:{node.lineno}: {text}"
