"""Editors: VS Code's tasks, which read what `check` prints, the Run button on one of the four files, and slips of the keyboard."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_desk import stub_replaced
from test_desk_watch import Terminal
from test_handout import ASSIGNMENT, STUBS, desk, run

TASKS = json.loads((ASSIGNMENT / ".vscode" / "tasks.json").read_text(encoding="utf-8"))["tasks"]
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def problems(task: dict, output: str) -> list[tuple[str, int, str]]:
    """What VS Code lists under Problems: file, line and message wherever neighbouring lines match all patterns."""
    lines, patterns = ANSI.sub("", output).splitlines(), task["problemMatcher"]["pattern"]
    found = []
    for start in range(len(lines) - len(patterns) + 1):
        matches = [
            re.search(pattern["regexp"], line) for pattern, line in zip(patterns, lines[start:], strict=False)
        ]
        if all(matches):
            values = {
                key: match[pattern[key]]
                for match, pattern in zip(matches, patterns, strict=True)
                for key in pattern
                if key != "regexp"
            }
            found.append((values["file"], int(values["line"]), values["message"]))
    return found


def said(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """One call of Python in the hand-out's folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return desk(tmp_path_factory.mktemp("tmp") / "내 과제")


@pytest.fixture
def home(untouched):
    """The hand-out, its four files fresh for each test."""
    for name in STUBS:
        shutil.copy(ASSIGNMENT / "vae" / name, untouched / "vae")
    return untouched


# --- VS Code -------------------------------------------------------------------------------------------


def test_the_tasks_call_check_with_the_chosen_python():
    assert [task["args"] for task in TASKS] == [["-m", "vae", "check"], ["-m", "vae", "check", "--watch"]]
    for task in TASKS:
        assert task["command"] == "${command:python.interpreterPath}" and task["type"] == "process"
        assert task["problemMatcher"]["fileLocation"] == ["relative", "${workspaceFolder}"]
    assert TASKS[0]["problemMatcher"]["pattern"] == TASKS[1]["problemMatcher"]["pattern"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("ko", "reparameterize를 아직 작성하지 않았습니다."), ("en", "reparameterize is not written yet.")],
)
def test_an_unwritten_function_is_a_problem_on_its_line(home, language, words):
    output = said(home, "-m", "vae", "check", "--lang", language, FORCE_COLOR="1").stdout
    [(file, line, message)] = problems(TASKS[0], output)
    text = (home / file).read_text(encoding="utf-8").splitlines()
    begins = next(number for number, each in enumerate(text, 1) if "def reparameterize(" in each)
    ends = next(number for number, each in enumerate(text, 1) if '"Task 1: reparameterize' in each)
    assert begins <= line <= ends and message == words


def test_a_wrong_function_an_error_and_a_file_that_does_not_load_are_problems(home):
    stub_replaced(home / "vae", "reparameterize", "return mu + log_var.exp() * torch.randn_like(mu)")
    stub_replaced(home / "vae", "kl_divergence", "return mu @ log_var")
    (home / "vae" / "latent.py").write_text("import torch\nx = [\n", encoding="utf-8")
    found = problems(TASKS[0], said(home, "-m", "vae", "check", "--all").stdout)
    files = [file for file, _, _ in found]
    assert set(files) == {f"vae/{name}" for name in STUBS} and 7 <= len(files) <= 9
    for file, line, message in found:
        assert line <= len((home / file).read_text(encoding="utf-8").splitlines()) + 1 and message.strip()


def test_what_passes_is_no_problem(home):
    assert problems(TASKS[0], "● task 1  reparameterize   passed: 5/5\n   3 of 5\n") == []
    assert problems(TASKS[0], "   ○  1   reparameterize   vae/model.py   not written\n   x\n") == []
    assert problems(TASKS[0], "x task 1  reparameterize   vae/model.py:64-67   \n   It is wrong.  \n") == [
        ("vae/model.py", 64, "It is wrong.")
    ]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_watch_begins_and_ends_where_the_task_says(home, language):
    """On each screen, so that what was wrong before goes from Problems when a check begins."""
    background = TASKS[1]["problemMatcher"]["background"]
    begins, ends = (re.compile(background[key]) for key in ("beginsPattern", "endsPattern"))
    terminal = Terminal(home, 30, 100, language)
    try:
        terminal.wait_for("vae/model.py")
    finally:
        terminal.close()
    assert len(terminal.screens) > 1
    for screen in terminal.screens:
        lines = screen.splitlines()
        begun = [number for number, line in enumerate(lines) if begins.search(line)]
        ended = [number for number, line in enumerate(lines) if ends.search(line)]
        assert len(begun) == len(ended) == 1 and begun < ended, screen
    last = terminal.screens[-1]
    assert [file for file, _, _ in problems(TASKS[1], last)] == ["vae/model.py"]


# --- the command line ----------------------------------------------------------------------------------


def test_the_bare_command_shows_the_status_and_what_comes_next(home):
    bare, status = said(home, "-m", "vae"), said(home, "-m", "vae", "status")
    assert (bare.returncode, bare.stdout) == (status.returncode, status.stdout) and bare.returncode == 1
    assert "0/9" in bare.stdout and bare.stdout.rstrip().endswith("python -m vae check")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chekc 2b", "check 2b"),
        ("Status", "status"),
        ("sumbit", "submit"),
        ("hints 1", "hint 1"),
        ("2b", "--help"),
    ],
)
def test_a_mistyped_command_is_recognised(home, typed, meant):
    result = said(home, "-m", "vae", *typed.split())
    assert result.returncode == 2 and f"python -m vae {meant}" in result.stderr and not result.stdout
    assert "no such command" in result.stderr or "이런 명령은 없습니다" in result.stderr


@pytest.mark.parametrize("call", ["{file}", "-m vae.{name}"])
@pytest.mark.parametrize("name", STUBS)
def test_the_run_button_says_what_to_run_instead(home, name, call):
    """From the hand-out's folder, as VS Code does, from its folder vae, as others do, and as a module."""
    arguments = call.format(file=f"vae/{name}", name=name.removesuffix(".py")).split()
    part = next(iter(STUBS[name]))[0]
    results = [said(home, *arguments)]
    if call == "{file}":
        results.append(said(home / "vae", name))
    for result in results:
        assert result.returncode == 1 and "Traceback" not in result.stderr and not result.stdout
        assert result.stderr.encode("cp949")
        assert re.search(rf"python -m vae check( {part})?$", result.stderr.rstrip())


def test_importing_one_of_the_four_files_runs_nothing(home):
    for name in STUBS:
        assert said(home, "-c", f"import vae.{name[:-3]}").returncode == 0


def test_after_the_last_green_comes_a_prediction_the_training_and_the_hand_in(tmp_path):
    finished = desk(tmp_path / "assignment", *STUBS)
    result = run(finished, "vae", "check")
    words = " ".join(result.stdout.split())
    english = "Predict how low the loss will go, then train and look at the pictures with python -m vae train. Make the zip"
    assert result.returncode == 0
    assert english in words or "손실이 어디까지 내려갈지 예측한 다음, python -m vae train으로" in words
