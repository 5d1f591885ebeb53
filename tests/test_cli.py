"""The command line: its exit statuses, and words in both languages instead of tracebacks.

test_engine.py tests interrupting a run that has results, MNIST and continuing.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from autograder import cli, isolation
from autograder.intake import load
from autograder.results import Result, header
from autograder.rounds import Grading, Round
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault
from tests.console import Command, Ended
from tests.engine import failed

HANGUL = re.compile("[가-힣]")
COMMANDS = sorted(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]


@pytest.fixture
def a_class(put_in: Callable[..., Path]) -> Path:
    return put_in({"an": {"loss.py": ""}, "bae": {"loss.py": ""}})


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace grading: ``status`` is what it finds, by name; ``after`` is called when the results are written."""
    plan: dict[str, Any] = {"status": {}, "after": lambda: None}

    def results(grading: Grading) -> Iterator[Result]:
        plan["run"] = grading.run
        for source in grading.waiting:
            status = plan["status"].get(source.name, "graded")
            result = failed(load(source), grading.run, SandboxFault("gone"), "namespaces")
            if status != "failed":
                result = replace(result, status=status, score=0.0)
            grading.folder.write(result)
            yield result
        plan["after"]()

    monkeypatch.setattr(Grading, "results", results)
    return plan


def one_line_in_each_language(ended: Ended) -> bool:
    korean, english = ended.lines[-2:]
    assert "Traceback" not in ended.error + ended.out
    return bool(HANGUL.search(korean)) and not HANGUL.search(re.sub(r"'[^']*'", "", english))


# --- help ------------------------------------------------------------------------------------------------


def test_the_commands_of_the_contract_are_there() -> None:
    assert {"grade", "audit", "calibrate"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(autograder: Command, command: str) -> None:
    ended = autograder(command, "--help")
    assert ended.status == 0
    assert "--help" in ended.out
    assert HANGUL.search(ended.out)


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_without_a_command_there_is_help(autograder: Command, arguments: list[str]) -> None:
    ended = autograder(*arguments)
    assert ended.status == 0
    assert all(command in ended.out for command in COMMANDS)


def test_the_options_of_grade_are_those_of_the_contract(autograder: Command) -> None:
    options = "--out --jobs --dataset --data-root --device --lang --seed --only --cluster --fresh --allow-weak-isolation"
    text = autograder("grade", "--help").out
    assert all(re.search(rf"{option}\b", text) for option in options.split())


# --- unusable arguments ----------------------------------------------------------------------------------

UNUSABLE = {
    "no submissions": ["grade"],
    "no out": ["grade", "{class}"],
    "an empty class": ["grade", "{empty}", "--out", "{out}"],
    "a text file": ["grade", "{text}", "--out", "{out}"],
    "nothing there": ["grade", "{out}", "--out", "{out}-2"],
    "out is the class": ["grade", "{class}", "--out", "{class}"],
    "out within the class": ["grade", "{class}", "--out", "{class}/deep/out"],
    "out is a file": ["grade", "{class}", "--out", "{text}"],
    "out below a file": ["grade", "{class}", "--out", "{text}/out"],
    "another data set": ["grade", "{class}", "--out", "{out}", "--dataset", "cifar"],
    "another device": ["grade", "{class}", "--out", "{out}", "--device", "tpu"],
    "no GPU": ["grade", "{class}", "--out", "{out}", "--device", "cuda"],
    "another language": ["grade", "{class}", "--out", "{out}", "--lang", "fr"],
    "a word as seed": ["grade", "{class}", "--out", "{out}", "--seed", "x"],
    "a seed below 0": ["grade", "{class}", "--out", "{out}", "--seed=-1"],
    "no jobs": ["grade", "{class}", "--out", "{out}", "--jobs", "0"],
    "nobody of that name": ["grade", "{class}", "--out", "{out}", "--only", "nobody"],
    "an option that is none": ["grade", "{class}", "--out", "{out}", "--bogus"],
    "too many": ["grade", "{class}", "{class}", "--out", "{out}"],
    "a command that is none": ["grad"],
    "an option before the command": ["--out", "x", "grade"],
    "too few seeds": ["calibrate", "--seeds", "3"],
    "an empty bank": ["audit", "--bank", "{empty}"],
}


@pytest.mark.parametrize("arguments", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_arguments_are_status_2_and_a_line_in_each_language(
    autograder: Command, a_class: Path, tmp_path: Path, results: dict[str, Any], arguments: list[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("just text")
    places = {name: tmp_path / name for name in ("class", "empty", "text", "out")}
    ended = autograder(*(argument.format(**places) for argument in arguments))
    assert ended.status == 2
    assert len(ended.lines) == 2
    assert one_line_in_each_language(ended)
    assert not (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.parametrize("allowed", [False, True])
def test_weak_isolation_has_to_be_agreed_to(
    autograder: Command, a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    weak = WarmParent(None, "weak", {"landlock": "no such kernel"}, {}, "")  # type: ignore[arg-type]
    graded: list[str] = []

    def no_grading(one: Round) -> Iterator[Result]:
        graded.extend(source.name for source in one.grading.waiting)
        one.grading.waiting.clear()
        return iter(())

    monkeypatch.setattr(WarmParent, "launch", lambda *_, **__: weak)
    monkeypatch.setattr(WarmParent, "close", lambda _: None)
    monkeypatch.setattr(Round, "results", no_grading)
    ended = autograder(
        "grade", a_class, "--out", tmp_path / "out", *(["--allow-weak-isolation"] if allowed else [])
    )
    if allowed:
        assert (ended.status, graded) == (0, ["an", "bae"])
    else:
        assert (ended.status, graded) == (3, [])
        assert "--allow-weak-isolation" in ended.error and "landlock: no such kernel" in ended.error
        assert one_line_in_each_language(ended)


def test_an_unknown_isolation_is_status_2(
    autograder: Command, a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(isolation.SWITCH, "strongest")
    ended = autograder("grade", a_class, "--out", tmp_path / "out")
    assert ended.status == 2
    assert one_line_in_each_language(ended)


# --- results ---------------------------------------------------------------------------------------------


def test_results_of_any_status_but_failed_are_status_0(
    autograder: Command, a_class: Path, tmp_path: Path, results: dict[str, Any]
) -> None:
    results["status"] = {"an": "rejected", "bae": "timeout"}
    ended = autograder("grade", a_class, "--out", tmp_path / "out")
    assert ended.status == 0
    assert "rejected" in ended.out
    assert "timeout" in ended.out
    assert str(tmp_path / "out" / "index.html") in ended.out.replace("\n", "")


def test_a_submission_without_a_result_is_status_3_and_an_empty_row(
    autograder: Command, a_class: Path, tmp_path: Path, results: dict[str, Any]
) -> None:
    results["status"] = {"bae": "failed"}
    ended = autograder("grade", a_class, "--out", tmp_path / "out")
    assert ended.status == 3
    assert one_line_in_each_language(ended)
    rows = (tmp_path / "out" / "grades.csv").read_bytes().removeprefix(b"\xef\xbb\xbf").decode().splitlines()
    assert rows == [",".join(header()), "an,0,100,graded,0,0,0,0", "bae,,100,failed,,,,"]


@pytest.mark.parametrize("fault", [SandboxFault("no warm parent"), OSError(28, "No space left on device")])
def test_a_grader_that_has_to_stop_is_status_3_and_says_why(
    autograder: Command, a_class: Path, tmp_path: Path, results: dict[str, Any], fault: Exception
) -> None:
    def stop() -> None:
        raise fault

    results["after"] = stop
    ended = autograder("grade", a_class, "--out", tmp_path / "out")
    assert ended.status == 3
    assert str(fault) in ended.error
    assert one_line_in_each_language(ended)


def test_an_interrupt_is_status_130_and_writes_what_there_is(
    autograder: Command, a_class: Path, tmp_path: Path, results: dict[str, Any]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    results["after"] = interrupt
    ended = autograder("grade", a_class, "--out", tmp_path / "out")
    assert ended.status == 130
    assert one_line_in_each_language(ended)
    assert len((tmp_path / "out" / "grades.csv").read_text().splitlines()) == 3


def test_what_was_asked_for_reaches_the_run(
    autograder: Command, a_class: Path, tmp_path: Path, results: dict[str, Any]
) -> None:
    ended = autograder(
        "grade", a_class, "--out", tmp_path / "out", "--seed", 5, "--lang", "ko", "--only", "bae"
    )
    assert ended.status == 0
    assert (results["run"].seed, results["run"].language, results["run"].dataset) == (5, "ko", "digits")
    assert HANGUL.search(ended.out)
    assert [path.stem for path in (tmp_path / "out" / "results").iterdir()] == ["bae"]


def test_names_are_no_markup_in_the_terminal(
    autograder: Command, put_in: Callable[..., Path], tmp_path: Path, results: dict[str, Any]
) -> None:
    place = put_in({"[red]an[-red]": {"loss.py": ""}, "김하늘": {"loss.py": ""}})
    ended = autograder("grade", place, "--out", tmp_path / "out")
    assert ended.status == 0
    assert "[red]an[-red]" in ended.out
    assert "김하늘" in ended.out


# --- the real thing --------------------------------------------------------------------------------------


def mentioning(place: Path) -> list[int]:
    """Processes that have this place in their command line or environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(place).encode() in known and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def test_a_temporary_folder_whose_path_is_too_long_is_refused(a_class: Path, tmp_path: Path) -> None:
    far = tmp_path.joinpath(*["ten-chars-"] * 10)
    far.mkdir(parents=True)
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", str(a_class), "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(far)},
    )
    assert run.returncode == 2, run.stderr
    assert "TMPDIR" in run.stderr and "Traceback" not in run.stderr
    assert list(far.iterdir()) == []


INTERRUPTED = """
import os, signal, subprocess, sys, time
from autograder.__main__ import main

forget = subprocess.Popen.__del__

def forget_and_interrupt(process, *rest, **more):
    if any("autograder.sandbox.warm_parent" in str(argument) for argument in process.args):
        os.killpg(0, signal.SIGINT)
        time.sleep(0.5)  # until some thread has it
    forget(process, *rest, **more)

subprocess.Popen.__del__ = forget_and_interrupt
sys.argv[0] = "autograder"
main()
"""


def test_an_interrupt_while_the_warm_parent_is_started_is_status_130(a_class: Path, tmp_path: Path) -> None:
    """Python swallows exceptions in ``__del__``, so this Ctrl-C might only kill the process that was just started."""
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "grade", str(a_class), "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert run.returncode == 130, run.stderr
    assert "Traceback" not in run.stderr


def test_an_interrupt_before_the_first_result_is_status_130_and_leaves_no_process(
    a_class: Path, tmp_path: Path, temporary: Path
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", str(a_class), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (out / "run.json").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert b"Traceback" not in said
    patience = time.monotonic() + 30
    while mentioning(temporary) and time.monotonic() < patience:
        time.sleep(0.1)
    assert mentioning(temporary) == []
    assert [path.name for path in temporary.iterdir()] == []
