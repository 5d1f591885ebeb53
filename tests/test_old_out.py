"""A folder OUT that an older kit wrote is still of use: reported on, exported, joined and continued."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.fingerprint import fingerprint
from tests.console import Command

OLD = Path(__file__).with_name("old_out")
SEED = 20131220
SCORES = {
    "choisua_1004": "20",
    "kimminji_1001": "100",
    "limchaewon_1005": "0",
    "parkjihoon_1002": "78.5",
    "이서준_1003": "9",
}
STATUSES = {
    "choisua_1004": "timeout",
    "kimminji_1001": "graded",
    "limchaewon_1005": "rejected",
    "parkjihoon_1002": "graded",
    "이서준_1003": "crashed",
}
GRADED = {
    **{name: float(score) for name, score in SCORES.items()},
    "parkjihoon_1002": 84.0,
    "이서준_1003": 7.0,
}
BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,VAE homework (77123)\r\n"
    "    Points Possible,,,,,100.00\r\n"
    '"Kim, Minji",1001,,minji,01,\r\n'
    '"Park, Jihoon",1002,,jihoon,01,\r\n'
    '"이, 서준",1003,,seojun,01,\r\n'
    '"Choi, Sua",1004,,sua,01,\r\n'
    '"Lim, Chaewon",1005,,chaewon,01,\r\n'
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD / "out", tmp_path / "out"))


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def scores(out: Path) -> dict[str, str]:
    return {row["submission"]: row["score"] for row in rows(out / "grades.csv")}


def results(out: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (out / "results").glob("*.json")]
    return {result["submission"]: result for result in found}


def test_nothing_of_the_machine_that_wrote_it_is_in_it() -> None:
    for path in (OLD / "out").rglob("*"):
        if path.suffix in (".json", ".csv"):
            text = path.read_text(encoding="utf-8-sig")
            assert not any(place in text for place in ("/root/", "/home/", "/tmp/", "/Users/")), path


@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_is_reported_on(language: str, out: Path, autograder: Command) -> None:
    before = results(out)
    ended = autograder("report", out, "--lang", language)
    assert (ended.status, ended.error) == (0, "")
    assert scores(out) == SCORES and results(out) == before
    page = (out / "index.html").read_text(encoding="utf-8")
    for name in SCORES:
        assert name in page
        assert (out / "feedback" / f"{name}.html").stat().st_size > 10_000
    assert "78.5" in (out / "feedback" / "parkjihoon_1002.html").read_text(encoding="utf-8")


def test_it_is_exported(out: Path, tmp_path: Path, autograder: Command) -> None:
    (tmp_path / "book.csv").write_bytes(BOOK.encode())
    ended = autograder("export", "canvas", out, tmp_path / "book.csv")
    assert (ended.status, ended.error) == (0, "")
    filled = {row["ID"]: row["VAE homework (77123)"] for row in rows(tmp_path / "book.csv")}
    assert filled == {"": "100.00", **{name.split("_")[1]: score for name, score in SCORES.items()}}


def test_it_is_joined_with_written_marks(out: Path, tmp_path: Path, autograder: Command) -> None:
    marks, joined = tmp_path / "written.csv", tmp_path / "marks.csv"
    for _ in range(2):  # the first time makes the form
        ended = autograder("join", out / "grades.csv", marks, "--out", joined)
        assert (ended.status, ended.error) == (0, "")
    assert {row["submission"] for row in rows(joined)} == set(SCORES)
    code = {row["submission"]: row["code"] for row in rows(joined)}
    assert code == SCORES


def test_it_is_continued(out: Path, autograder: Command) -> None:
    """The kit is another one by now, so all are graded anew; the seed and what was set by hand are kept."""
    ended = autograder("grade", OLD / "class", "--out", out, "--lang", "ko", "--jobs", "2", "--quiet")
    assert (ended.status, ended.error) == (0, "")
    assert json.loads((out / "run.json").read_text())["seed"] == SEED
    assert scores(out) == SCORES
    found = results(out)
    assert {name: result["status"] for name, result in found.items()} == STATUSES
    assert {name: result["score"] for name, result in found.items()} == GRADED
    assert {result["seed"] for result in found.values()} == {SEED}
    assert {result["versions"]["checks"] for result in found.values()} == {fingerprint()}
    old = results(OLD / "out")
    assert {n: r["adjustments"] for n, r in found.items()} == {n: r["adjustments"] for n, r in old.items()}
    assert (out / "overrides.csv").read_bytes() == (OLD / "out" / "overrides.csv").read_bytes()
