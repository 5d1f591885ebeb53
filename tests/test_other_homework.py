"""A second homework, tests/other_homework, through the console script: the engine knows neither."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from autograder import kit
from autograder.checks import bank

OTHER = Path(__file__).parent / "other_homework"
FILES = ("loss.py", "line.py")
WRONG = ("return torch.mean(difference * difference)", "return torch.sum(difference * difference)")


class Class(NamedTuple):
    """A graded class in ``folder``: kim's files are the solution's; lee sums the error instead of averaging it."""

    folder: Path
    printed: str

    def result(self, name: str) -> dict:
        return json.loads((self.folder / "out" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def autograder(*arguments: object, status: int = 0) -> str:
    """What a command about the other homework prints. It has its own process, because a process has one homework."""
    command = [sys.executable, "-m", "autograder", *map(str, arguments), "--homework", OTHER]
    environment = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(command, cwd=kit.ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    folder = tmp_path_factory.mktemp("other")
    for name in ("kim", "lee"):
        shutil.copytree(OTHER / "solution" / "fit", folder / "class" / name / "fit")
    loss = folder / "class" / "lee" / "fit" / "loss.py"
    text = loss.read_text(encoding="utf-8")
    assert WRONG[0] in text
    loss.write_text(text.replace(*WRONG), encoding="utf-8")
    printed = autograder("grade", folder / "class", "--out", folder / "out", "--lang", "ko", "--seed", 3)
    return Class(folder, printed)


def test_the_bank_is_told_apart() -> None:
    kinds = {kind: len(list((OTHER / "bank" / kind).glob("*.py"))) for kind in bank.KINDS}
    assert kinds == {"right": 5, "wrong": 10, "hostile": 1}
    assert "16 entries graded with seed 3 " in (printed := autograder("audit", "--seed", 3))
    assert printed.rstrip().endswith(" 0 misses.")
    assert "not named" not in printed


def test_each_part_has_a_column_of_its_own(graded: Class) -> None:
    text = (graded.folder / "out" / "grades.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(text.splitlines())) == [
        ["submission", "score", "max_score", "status", "loss", "line"],
        ["kim", "50", "50", "graded", "20", "30"],
        ["lee", "34", "50", "graded", "4", "30"],
    ]
    assert "34 / 50" in graded.printed


def test_points_are_lost_where_the_mistake_is(graded: Class) -> None:
    assert {check["outcome"] for check in graded.result("kim")["checks"]} == {"passed"}
    result = graded.result("lee")
    failed = {check["id"]: check for check in result["checks"] if check["outcome"] != "passed"}
    assert failed.keys() == {"error_value", "error_gradient"}
    assert {check["misconception"] for check in failed.values()} == {"error-summed"}
    assert "호출이" in failed["error_value"]["message"] and "기댓값" in failed["error_value"]["message"]
    assert (result["dataset"], result["notes"], result["status"]) == ("", [], "graded")


def test_pages_have_its_words_in_both_languages(graded: Class) -> None:
    page = (graded.folder / "out" / "feedback" / "lee.html").read_text(encoding="utf-8")
    for said in ("직선 맞추기 과제", "Line homework", "차이를 제곱해 평균한", "is the mean of the squared"):
        assert said in page
    for compared in ("Called", "Returned", "Expected", "mean_squared_error(prediction: 5, target: 5)"):
        assert compared in page
    assert "Data:" not in page and "데이터:" not in page


def test_pages_are_drawn_again(graded: Class) -> None:
    pages = [
        graded.folder / "out" / name for name in ("index.html", "feedback/kim.html", "feedback/lee.html")
    ]
    before = [page.read_bytes() for page in pages]
    for page in pages:
        page.unlink()
    autograder("report", graded.folder / "out", "--lang", "ko")
    assert [page.read_bytes() for page in pages] == before


def test_a_result_is_reproduced(graded: Class) -> None:
    printed = autograder("reproduce", graded.folder / "out" / "results" / "lee.json", graded.folder / "class")
    assert "Reproduced" in printed and "8 of 8 checks" in printed


def test_students_get_stubs_and_no_solution(tmp_path: Path) -> None:
    autograder("release", "student", "--out", tmp_path)
    with zipfile.ZipFile(tmp_path / "student" / "line-assignment.zip") as packed:
        texts = {name: packed.read(name).decode() for name in packed.namelist()}
    for file in FILES:
        stubs = texts[f"line-assignment/fit/{file}"]
        assert "raise NotImplementedError" in stubs and "torch.mean" not in stubs and "randn" not in stubs
    assert not [name for name in texts if "solution" in name or "bank" in name or "words" in name]


def test_stubs_are_generated_from_the_solution() -> None:
    command = [sys.executable, "-m", "autograder.release.skeleton", "--check"]
    subprocess.run(command, cwd=kit.ROOT, env={**os.environ, kit.CHOICE: str(OTHER)}, check=True, timeout=60)


def test_there_is_nothing_to_calibrate() -> None:
    autograder("calibrate", status=2)


def test_there_are_no_data_sets(tmp_path: Path) -> None:
    autograder("grade", tmp_path, "--out", tmp_path / "out", "--dataset", "digits", status=2)
    assert list(tmp_path.iterdir()) == []


def test_the_engine_does_not_know_of_it() -> None:
    for path in kit.ENGINE.rglob("*.py"):
        assert OTHER.name not in path.read_text(encoding="utf-8"), path
