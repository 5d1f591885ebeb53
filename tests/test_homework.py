"""homework.toml: every key known, none missing, every value within its range."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import kit
from autograder.checks.listed import listed_checks
from autograder.homework import homework, parse
from autograder.messages import LANGUAGES, Refusal, catalogue
from tests.console import Command, Ended

NAME = kit.NAME
TEXT = (kit.DEFAULT / NAME).read_text(encoding="utf-8")
PARTS = tuple(homework().parts)


def test_each_stub_has_checks_of_its_own_part() -> None:
    parts = {stub: set() for stub in homework().stubs}
    for check in listed_checks().values():
        if check.id != homework().whole:
            parts[homework().stub_of(check.id)].add(check.part)
    assert parts == {name: {stub.part} for name, stub in homework().stubs.items()}


WRONG = {
    "an unknown key": (lambda text: "cpu_secnods = 3\n" + text, "unknown", "cpu_secnods"),
    "an unknown table": (lambda text: text + "\n[limits]\ncpu_seconds = 3\n", "unknown", "limits"),
    "an unknown key of a part": (
        lambda text: set_to(text, "loss", '{ file = "loss.py", points = 30, weight = 2 }'),
        "unknown",
        "parts.loss.weight",
    ),
    "a missing key": (lambda text: replaced(text, "open_files", ""), "missing", "open_files"),
    "a part without its file": (
        lambda text: set_to(text, "loss", "{ points = 30 }"),
        "missing",
        "parts.loss.file",
    ),
    "a part that is a number": (lambda text: set_to(text, "loss", "30"), "table", "parts"),
    "no parts": (
        lambda text: re.sub(r"\[parts\].*?\n\n", "[parts]\n", text, flags=re.DOTALL),
        "table",
        "parts",
    ),
    "a stub of no part": (
        lambda text: set_to(text, "kl_divergence", '{ part = "los", checks = "kl" }'),
        "part",
        'stubs.kl_divergence.part is "los"',
    ),
    "a file that leads elsewhere": (
        lambda text: set_to(text, "loss", '{ file = "../loss.py", points = 30 }'),
        "name",
        '"../loss.py"',
    ),
    "a package that is a number": (lambda text: set_to(text, "package", "3"), "name", "package is 3"),
    "a short run without its check": (lambda text: replaced(text, "whole", ""), "missing", "whole"),
    "half a short run": (lambda text: replaced(text, "short_run_epochs", ""), "missing", "short_run_epochs"),
    "an empty list of data sets": (lambda text: set_to(text, "datasets", "[]"), "name", "datasets is []"),
    "no TOML": (lambda text: replaced(text, "open_files", "open_files = many"), "toml", "line"),
    "a key twice": (lambda text: "open_files = 9\n" + text, "toml", "toml"),
    "text for a number": (
        lambda text: set_to(text, "loss", '{ file = "loss.py", points = "30" }'),
        "number",
        'is "30",',
    ),
    "a bool": (lambda text: set_to(text, "weight_code", "true"), "number", "weight_code"),
    "nan": (lambda text: set_to(text, "late_percent_per_day", "nan"), "number", "late_percent_per_day"),
    "infinity": (lambda text: set_to(text, "wall_seconds", "inf"), "number", "wall_seconds"),
    "below 0": (lambda text: set_to(text, "late_grace_minutes", "-5"), "number", "late_grace_minutes"),
    "over 100 %": (lambda text: set_to(text, "late_percent_at_most", "101"), "number", "from 0 to 100"),
    "a limit of 0": (lambda text: set_to(text, "memory_mb", "0"), "whole", "memory_mb"),
    "a time limit of 0": (lambda text: set_to(text, "wall_seconds", "0"), "number", "wall_seconds"),
    "half a process": (lambda text: set_to(text, "processes", "1.5"), "whole", "processes"),
    "a bool for a count": (lambda text: set_to(text, "short_run_epochs", "true"), "whole", "is true,"),
    "beyond all bounds": (lambda text: set_to(text, "cpu_seconds", "1" + 30 * "0"), "whole", "cpu_seconds"),
    "a list": (lambda text: set_to(text, "file_mb", "[3]"), "whole", "[3]"),
    "a learning rate of 0": (lambda text: set_to(text, "short_run_learning_rate", "0"), "number", "0.0001"),
    "a date without quotes": (lambda text: set_to(text, "late_due", "2026-04-03"), "moment", "2026-04-03"),
    "a time without zone": (lambda text: set_to(text, "late_due", '"2026-04-03 23:59"'), "moment", "23:59"),
    "a number for a time": (lambda text: set_to(text, "late_due", "0"), "moment", "late_due"),
    "no weight at all": (
        lambda text: set_to(set_to(text, "weight_code", "0"), "weight_written", "0"),
        "weights",
        "weight_code",
    ),
}


def test_a_homework_may_do_without_data_and_short_run() -> None:
    text = re.sub(r"^(datasets|whole|short_run_\w+) = .*$", "", TEXT, flags=re.MULTILINE)
    made = parse(text, kit.ROOT)
    assert (made.datasets, made.dataset(""), made.whole) == ((), "", "")
    assert made.limits(short_run=True) == made.limits()
    with pytest.raises(ValueError, match="'digits' is not one of the data sets: this homework has none"):
        made.dataset("digits")


def replaced(text: str, key: str, line: str) -> str:
    return "\n".join(line if each.startswith(f"{key} ") else each for each in text.splitlines())


def set_to(text: str, key: str, value: str) -> str:
    return replaced(text, key, f"{key} = {value}")


@pytest.mark.parametrize(("damage", "what", "says"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named(damage: Callable[[str], str], what: str, says: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(damage(TEXT), kit.ROOT)
    assert caught.value.status == 2 and caught.value.message.id == f"settings.{what}"
    for language in LANGUAGES:
        text = caught.value.message.text(language)
        assert "\n" not in text and str(kit.DEFAULT / NAME) in text
        assert says in text or language == "ko"


@pytest.mark.parametrize("part", PARTS)
def test_points_that_are_not_the_checks_are_refused(
    part: str, autograder: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = TEXT.replace(
        f'file = "{homework().parts[part].file}", points = ',
        f'file = "{homework().parts[part].file}", points = 40#',
        1,
    )
    wrong = re.sub(r"40#\d+", "40", wrong)
    ended = with_file(wrong, autograder, monkeypatch, tmp_path, "doctor")
    assert ended.status == 2 and f"parts.{part}.points is 40" in ended.error
    assert f"parts.{part}.points = {homework().points(part):g}" in ended.lines[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_check_without_a_title_is_refused(
    language: str, autograder: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(catalogue(language)["titles"], "kl_value")
    ended = with_file(TEXT, autograder, monkeypatch, tmp_path, "doctor")
    assert ended.status == 2
    assert all("kl_value" in line and f"{language}.toml" in line for line in ended.lines)


COMMANDS = {
    "grade": ["{place}/class", "--out", "{place}/out"],
    "audit": [],
    "calibrate": [],
    "release": ["--out", "{place}/out"],
    "join": ["{place}/grades.csv", "{place}/marks.csv"],
    "reproduce": ["{place}/kim.json", "{place}/class"],
    "doctor": [],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_uses_them_refuses_before_it_does_anything(
    command: str, autograder: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "class" / "kim").mkdir(parents=True)
    (tmp_path / "class" / "kim" / "loss.py").write_text("")
    before = sorted(tmp_path.rglob("*"))
    arguments = [each.format(place=tmp_path) for each in COMMANDS[command]]
    wrong = set_to(TEXT, "memory_mb", "0")
    ended = with_file(wrong, autograder, monkeypatch, tmp_path, command, *arguments)
    assert ended.status == 2 and len(ended.lines) == 2
    assert all("memory_mb" in line for line in ended.lines)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / NAME])


def with_file(
    text: str,
    autograder: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *command: str,
) -> Ended:
    """How a command ends if this is the homework.toml that comes with the kit."""
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    read = Path.read_bytes
    with monkeypatch.context() as changed:
        changed.setattr(
            Path, "read_bytes", lambda path: read(tmp_path / NAME if path == kit.DEFAULT / NAME else path)
        )
        homework.cache_clear()
        ended = autograder(*command)
    homework.cache_clear()
    return ended


@pytest.mark.parametrize("command", [*COMMANDS, "report", "export"])
def test_a_homework_that_is_not_there_is_refused(
    command: str, autograder: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(kit.CHOICE, "")  # restored afterwards
    more = {"report": ["{place}"], "export": ["canvas", "{place}", "{place}/book.csv"], **COMMANDS}[command]
    homework.cache_clear()
    ended = autograder(
        command, *(each.format(place=tmp_path) for each in more), "--homework", tmp_path / "nowhere"
    )
    homework.cache_clear()
    assert ended.status == 2 and len(ended.lines) == 2
    assert all(str(tmp_path / "nowhere" / NAME) in line for line in ended.lines)
    assert list(tmp_path.iterdir()) == []


def test_the_homework_is_read_once() -> None:
    assert homework() is homework()


def test_the_short_run_has_time_limits_of_its_own() -> None:
    usual, short = homework().limits(), homework().limits(short_run=True)
    assert usual.cpu_seconds == homework().cpu_seconds
    assert short.cpu_seconds == homework().short_run_cpu_seconds
    assert usual.memory_mb == short.memory_mb


def test_waiting_is_decided_by_computing_time_first() -> None:
    """The wall-clock limit is well above the one on CPU time; otherwise a loaded machine would decide."""
    assert homework().wall_seconds >= 2 * homework().cpu_seconds
    assert homework().short_run_wall_seconds >= 2 * homework().short_run_cpu_seconds
