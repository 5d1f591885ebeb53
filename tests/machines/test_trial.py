"""A row's trial can fail: lost points, a traceback, a refusal that names no cause, something left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.machines import page, trial
from tests.machines.row import EITHER, FULL, REFUSED, Row
from tests.machines.rows import OFTEN, ROWS
from tests.machines.trial import WRONG

ROW = Row("made-up", "nothing", accept=EITHER, word="{place}/limit|memory")
SAID = "메모리가 모자랍니다: memory.\nToo little memory.\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "out" / "results").mkdir(parents=True)
    (tmp_path / "tmp").mkdir()
    return tmp_path


def graded(place: Path, right: float | None = 100.0, wrong: float | None = 30.0) -> None:
    lines = ["submission,score"]
    for name, score in (("right", right), ("wrong", wrong)):
        result: dict[str, object] = {
            "submission": name,
            "score": score,
            "isolation": "namespaces",
            "checks": [],
        }
        (place / "out" / "results" / f"{name}.json").write_text(json.dumps(result))
        lines.append(f"{name},{'' if score is None else f'{score:g}'}")
    (place / "out" / "grades.csv").write_text("\n".join(lines) + "\n")


def came(place: Path, status: int, said: str = "", row: Row = ROW, out: str = "") -> tuple[str, str]:
    return trial._outcome(row, place, status, out, said)


def test_full_points(place: Path) -> None:
    graded(place)
    assert came(place, 0) == (FULL, "namespaces")


@pytest.mark.parametrize(
    ("right", "wrong"), [(70.0, 30.0), (0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (None, 30.0)]
)
@pytest.mark.parametrize("status", [0, 3])
def test_points_that_somebody_lost_or_got_for_nothing(
    place: Path, status: int, right: float | None, wrong: float
) -> None:
    graded(place, right, wrong)
    kind, _ = came(place, status, SAID)
    assert kind == (REFUSED if status == 3 and right is None else WRONG)


def test_success_without_results(place: Path) -> None:
    assert came(place, 0)[0] == WRONG


@pytest.mark.parametrize("status", [2, 3])
def test_a_refusal_that_names_its_cause(place: Path, status: int) -> None:
    assert came(place, status, SAID) == (REFUSED, "Too little memory.")
    named = f"{place}/limit이 낮습니다.\n{place}/limit is low.\n"
    assert came(place, status, "a warning\n" + named) == (REFUSED, "PLACE/limit is low.")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Too little memory.\n",
        "Too little memory.\n메모리가 모자랍니다: memory.\n",
        "무언가 모자랍니다.\nToo little memory.\n",
        "무언가 모자랍니다.\nToo little of something.\n",
        "memory: 결과를 매기지 못했습니다.\nmemory: 2 submissions got no result.\n",
        "Traceback (most recent call last):\n" + SAID,
    ],
)
def test_a_refusal_that_does_not(place: Path, said: str) -> None:
    assert came(place, 3, said)[0] == WRONG


@pytest.mark.parametrize("status", [1, 120, -9, -11, 130])
def test_other_ends(place: Path, status: int) -> None:
    graded(place)
    assert came(place, status, SAID)[0] == WRONG


def test_a_foreign_file_that_ran(place: Path) -> None:
    graded(place)
    (place / "ran").write_text("random\n")
    assert came(place, 0)[0] == WRONG


def test_a_weaker_tier_and_what_was_not_said(place: Path) -> None:
    graded(place)
    assert came(place, 0, row=Row("made-up", "nothing", tier="landlock"))[0] == WRONG
    assert came(place, 0, row=Row("made-up", "nothing", says="fewer jobs"))[0] == WRONG
    assert came(place, 0, row=Row("made-up", "nothing", says="fewer jobs"), out="fewer jobs: 1")[0] == FULL


def test_nobody_was_killed(place: Path) -> None:
    graded(place)
    assert came(place, 0, row=Row("made-up", "nothing", struck=True))[0] == WRONG


def test_what_is_left_behind(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graded(place)
    (place / "tmp" / "vae-scratch-1").mkdir()
    monkeypatch.setattr(trial, "PATIENCE", 0.1)
    assert came(place, 0)[0] == WRONG


def test_the_page_keeps_rows_that_were_not_tried(tmp_path: Path) -> None:
    path = tmp_path / "machines.md"
    first, second = (row.name for row in ROWS[:2])
    page.write({first: "100"}, path)
    page.write({second: "refused: memory"}, path)
    text = path.read_text(encoding="utf-8")
    assert f"{len(ROWS)} rows: 1 100, {len(ROWS) - 2} not tried yet, 1 refused." in text
    assert f"| {first}{' *' if first in OFTEN else ''} | {ROWS[0].done} | 100 |" in text
