"""A homework whose record, checks, words, stubs and bank do not fit together is refused by name, before a run begins."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import kit, misfits
from autograder.homework import homework
from autograder.messages import LANGUAGES, Refusal, catalogue
from tests.console import Command

OTHER = Path(__file__).parent / "other_homework"
# What is broken in a copy of it: a file, a text in it and its replacement; then the message's id and what it names.
MISFITS = {
    "a part that there is not": ("checks/test_2_line.py", '.part("line")', '.part("curve")', "other_part", '"curve"'),
    "checks of no part": ("checks/test_2_line.py", "pytestmark =", "marked =", "unmarked_file", "test_2_line.py"),
    "a check without points": ("checks/test_2_line.py", "(points=2)", "()", "unmarked_check", "noise_shape"),
    "points that are no number": ("checks/test_2_line.py", "points=2)", "points=COUNT)", "unmarked_check", "noise_shape"),
    "points that do not add up": ("homework.toml", "points = 20", "points = 21", "points", "parts.loss.points = 20"),
    "a check without a docstring": ("checks/test_2_line.py", '"""fit_line takes', 'str or """', "docstring", "fit_values"),
    "a check without a title": ("words/ko.toml", "fit_values =", "fit_valeus =", "title", "fit_values"),
    "a needed check that there is not": ("checks/test_1_loss.py", 'needs="error', 'needs="eror', "needs", '"eror_scalar"'),
    "a needed check that comes later": ("checks/test_1_loss.py", "points=4", 'points=4, needs="fit_floats"', "needs", '"fit_floats"'),
    "a check that needs itself": ("checks/test_1_loss.py", "points=4", 'points=4, needs="error_scalar"', "needs", '"error_scalar"'),
    "two checks of one name": ("checks/test_2_line.py", "test_noise_fresh", "test_error_value", "twice", "error_value"),
    "a message without words": ("words/ko.toml", '"add_noise.tails"', '"add_noise.tail"', "words", '"add_noise.tails"'),
    "a message that is misspelt": ("checks/test_2_line.py", '"fit_line.value"', '"fit_line.valeu"', "words", '"fit_line.valeu"'),
    "a part without a name": ("words/en.toml", '"report.part.line"', '"report.part.lines"', "own_words", '"report.part.line"'),
    "words that are no TOML": ("words/ko.toml", "[titles]", "[titles", "catalogue", "ko.toml"),
    "no words": ("words/en.toml", None, None, "unread", "en.toml"),
    "a stub that students do not get": ("handout/fit/line.py", "def add_noise", "def ad_noise", "stub", "add_noise"),
    "a stub without a solution": ("solution/fit/line.py", "def add_noise", "def ad_noise", "stub", "add_noise"),
    "a file that students do not get": ("handout/fit/loss.py", None, None, "unread", "loss.py"),
    "a stub without a check": ("homework.toml", 'checks = "noise"', 'checks = "noisy"', "prefix", "noisy_"),
    "an entry for an unknown stub": ("bank/wrong/fit_line--ascent.py", "stub: fit_line", "stub: fit_lin", "entry", '"fit_lin"'),
    "an entry for no stub": ("bank/right/fit_line--sgd.py", "# stub", "# stubs", "entry", "fit_line--sgd.py"),
    "checks that are no Python": ("checks/test_1_loss.py", "def pair(", "def pair((", "syntax", "test_1_loss.py, line"),
    "a conftest that is no Python": ("checks/conftest.py", "@pytest", "@@pytest", "syntax", "conftest.py, line"),
    "half a short run": ("homework.toml", "cpu_seconds = 5", 'cpu_seconds = 5\nwhole = "run"', "missing", "short_run_epochs"),
}  # fmt: skip
BEGIN = {  # commands that begin a run, with their arguments
    "grade": ["{place}/class", "--out", "{place}/out"],
    "audit": [],
    "release": ["--out", "{place}/out"],
    "doctor": [],
}


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the other homework, which is made the one in use."""
    folder = shutil.copytree(OTHER, tmp_path / "copy")
    monkeypatch.setenv(kit.CHOICE, str(folder))
    homework.cache_clear()
    catalogue.cache_clear()
    yield folder
    homework.cache_clear()
    catalogue.cache_clear()


def test_the_homeworks_as_they_are_fit(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    misfits.refuse()
    monkeypatch.delenv(kit.CHOICE)
    homework.cache_clear()
    catalogue.cache_clear()
    misfits.refuse()


@pytest.mark.parametrize(("file", "text", "broken", "what", "says"), MISFITS.values(), ids=MISFITS.keys())
def test_what_does_not_fit_is_named(
    copied: Path, file: str, text: str | None, broken: str | None, what: str, says: str
) -> None:
    spoil(copied / file, text, broken)
    with pytest.raises(Refusal) as caught:
        misfits.refuse()
    assert caught.value.status == 2 and caught.value.message.id == f"settings.{what}"
    for language in LANGUAGES:
        line = caught.value.message.text(language)
        assert "\n" not in line and str(copied) in line
        assert says in line or language == "ko"


def spoil(path: Path, text: str | None, broken: str | None) -> None:
    if text is None:
        path.unlink()
        return
    before = path.read_text(encoding="utf-8")
    assert text in before
    path.write_text(before.replace(text, str(broken)), encoding="utf-8")


@pytest.mark.parametrize("command", BEGIN)
def test_what_does_not_fit_is_refused_before_anything_is_done(
    command: str, copied: Path, autograder: Command, tmp_path: Path
) -> None:
    shutil.copytree(OTHER / "solution" / "fit", tmp_path / "class" / "kim" / "fit")
    spoil(copied / "homework.toml", "points = 20", "points = 21")
    arguments = [each.format(place=tmp_path) for each in BEGIN[command]]
    ended = autograder(command, *arguments, "--homework", copied)
    assert ended.status == 2 and len(ended.lines) == 2
    assert all("parts.loss.points" in line for line in ended.lines)
    assert {path.name for path in tmp_path.iterdir()} == {"class", "copy"}
