"""assignment.toml: every key known, none missing, and the points that CONTRACT section 1 promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import settings as module
from autograder.settings import FILES, PARTS, parse, settings

TEXT = Path(module.__file__).with_name("assignment.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("part", "points"), [("reparameterize", 20), ("loss", 30), ("training", 30), ("latent", 20)]
)
def test_points_of_each_part(part: str, points: float) -> None:
    assert settings().points(part) == points


def test_the_parts_add_up_to_100() -> None:
    assert settings().max_score == 100
    assert set(FILES) == set(PARTS)


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ValueError, match=r"unknown keys.*'cpu_secnods'"):
        parse(TEXT + "\ncpu_secnods = 3\n")


@pytest.mark.parametrize("key", ["cpu_seconds", "points_loss", "short_run_epochs"])
def test_a_missing_key_is_named(key: str) -> None:
    text = "\n".join(line for line in TEXT.splitlines() if not line.startswith(f"{key} "))
    with pytest.raises(ValueError, match=f"missing keys.*'{key}'"):
        parse(text)


def test_a_table_is_an_unknown_key() -> None:
    with pytest.raises(ValueError, match=r"unknown keys \['limits'\]"):
        parse(TEXT + "\n[limits]\ncpu_seconds = 3\n")


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
