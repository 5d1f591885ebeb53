"""assignment.toml: every key known, none missing, and the points that CONTRACT section 1 promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import settings as module
from autograder.messages import LANGUAGES, Refusal, catalogue
from autograder.settings import FILES, PARTS, parse, settings
from tests.console import Command, Ended

TEXT = Path(module.__file__).with_name("assignment.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("part", "points"), [("reparameterize", 20), ("loss", 30), ("training", 30), ("latent", 20)]
)
def test_points_of_each_part(part: str, points: float) -> None:
    assert settings().points(part) == points


def test_the_parts_add_up_to_100() -> None:
    assert settings().max_score == 100
    assert set(FILES) == set(PARTS)


WRONG = {
    "an unknown key": (lambda text: text + "\ncpu_secnods = 3\n", "unknown", "cpu_secnods"),
    "a table": (lambda text: text + "\n[limits]\ncpu_seconds = 3\n", "unknown", "limits"),
    "a missing key": (lambda text: replaced(text, "points_loss", ""), "missing", "points_loss"),
    "no TOML": (lambda text: replaced(text, "open_files", "open_files = many"), "toml", "line"),
    "a key twice": (lambda text: text + "\nopen_files = 9\n", "toml", "toml"),
    "text for a number": (lambda text: set_to(text, "points_loss", '"30"'), "number", 'is "30",'),
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


def replaced(text: str, key: str, line: str) -> str:
    return "\n".join(line if each.startswith(f"{key} ") else each for each in text.splitlines())


def set_to(text: str, key: str, value: str) -> str:
    return replaced(text, key, f"{key} = {value}")


@pytest.mark.parametrize(("damage", "what", "says"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named(damage: Callable[[str], str], what: str, says: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(damage(TEXT))
    assert caught.value.status == 2 and caught.value.message.id == f"settings.{what}"
    for language in LANGUAGES:
        text = caught.value.message.text(language)
        assert "\n" not in text and str(module.PATH) in text
        assert says in text or language == "ko"


@pytest.mark.parametrize("part", PARTS)
def test_points_that_are_not_the_checks_are_refused(
    part: str, autograder: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended = with_file(set_to(TEXT, f"points_{part}", "40"), autograder, monkeypatch, tmp_path, "doctor")
    assert ended.status == 2 and f"points_{part} is 40" in ended.error
    assert f"points_{part} = {settings().points(part):g}" in ended.lines[0]


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
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "assignment.toml"])


def with_file(
    text: str,
    autograder: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *command: str,
) -> Ended:
    """How a command ends where this is assignment.toml."""
    (tmp_path / "assignment.toml").write_text(text, encoding="utf-8")
    with monkeypatch.context() as changed:
        changed.setattr(module, "PATH", tmp_path / "assignment.toml")
        settings.cache_clear()
        ended = autograder(*command)
    settings.cache_clear()
    return ended


def test_settings_are_read_once() -> None:
    assert settings() is settings()


def test_the_short_run_has_time_limits_of_its_own() -> None:
    usual, short = settings().limits(), settings().limits(short_run=True)
    assert usual.cpu_seconds == settings().cpu_seconds
    assert short.cpu_seconds == settings().short_run_cpu_seconds
    assert usual.memory_mb == short.memory_mb


def test_waiting_is_decided_by_computing_time_first() -> None:
    """The wall-clock limit lies well above that on CPU time, or a loaded machine would decide."""
    assert settings().wall_seconds >= 2 * settings().cpu_seconds
    assert settings().short_run_wall_seconds >= 2 * settings().short_run_cpu_seconds
