"""Grading again after a check was corrected: the new results beside the old ones, and nothing lost.

One test goes the whole way: a download from Canvas is collected, graded, graded again and handed back.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import fingerprint, kit
from autograder.checks.listed import listed_checks
from autograder.files import new_history
from autograder.gradebook import identical
from autograder.homework import Part, homework
from autograder.intake import Submission, load
from autograder.outfolder import still_valid, with_fingerprint
from autograder.results import Result
from autograder.rounds import Grading
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault
from tests.console import Command
from tests.engine import failed

HANGUL = re.compile("[가-힣]")


# --- what a correction touches ---------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the engine, whose fingerprint is taken from now on; its homework is the kit's."""
    copy = tmp_path / "engine"
    shutil.copytree(kit.ENGINE, copy, ignore=shutil.ignore_patterns("__pycache__", "kit"))
    fingerprint.fingerprint()  # cached before, for the kit itself
    monkeypatch.setattr(kit, "ENGINE", copy)
    monkeypatch.setattr(kit, "DEFAULT", copy / "vae")
    return copy


DECIDING = (
    "vae/checks/test_2_loss.py",
    "vae/checks/calibration.json",
    "checks/expect.py",
    "sandbox/seal.py",
    "run.py",
    "vae/probes/toys.py",
)


@pytest.mark.parametrize(
    ("file", "decides"),
    [*((file, True) for file in DECIDING), ("report/overview.py", False), ("cli.py", False)],
)
def test_another_byte_in_what_decides_about_points_is_another_kit(
    copied: Path, file: str, decides: bool
) -> None:
    assert fingerprint.fingerprint.__wrapped__() == fingerprint.fingerprint()  # a copy has the same one
    (copied / file).write_bytes((copied / file).read_bytes() + b"\n")
    assert (fingerprint.fingerprint.__wrapped__() != fingerprint.fingerprint()) is decides


RULES = {
    "a part's points": ({"parts": {**homework().parts, "loss": Part("loss.py", 29)}}, True),
    "a limit": ({"cpu_seconds": 11}, True),
    "weights of the mark": ({"weight_code": 1, "weight_written": 0}, False),
    "lateness": ({"late_due": "2026-04-03 23:59 +09:00", "late_percent_per_day": 10}, False),
}


@pytest.mark.parametrize(("values", "decides"), RULES.values(), ids=RULES.keys())
def test_settings_that_come_after_the_points_force_no_regrade(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, Any], decides: bool
) -> None:
    before, changed = fingerprint.fingerprint(), replace(homework(), **values)
    monkeypatch.setattr(fingerprint, "homework", lambda: changed)
    assert (fingerprint.fingerprint.__wrapped__() != before) is decides


def test_the_list_of_checks_adds_up_to_the_parts() -> None:
    for part in homework().parts:
        assert sum(
            each.points for each in listed_checks().values() if each.part == part
        ) == homework().points(part)


@pytest.mark.parametrize("kit_of_the_result", ["this", "older"])
def test_only_the_result_of_another_kit_is_graded_again(run: Run, kit_of_the_result: str) -> None:
    submission = Submission("kim", {}, {}, (), "digest")
    found = replace(
        failed(submission, run, SandboxFault("x"), "landlock"), status="graded", score=0.0, notes=()
    )
    result = with_fingerprint(found)
    if kit_of_the_result == "older":
        result = replace(result, versions={**result.versions, "checks": "older"})
    assert still_valid(result, submission, run, ("landlock",)) is (kit_of_the_result == "this")


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch, run: Run) -> dict[str, float]:
    """The scores that grading will find, by name; other results are kept as they are."""
    found: dict[str, float] = {}

    def results(grading: Grading) -> Iterator[Result]:
        for source in grading.waiting:
            if source.name in found:
                result = failed(load(source), grading.run, SandboxFault("gone"), "namespaces")
                grading.folder.write(replace(result, status="graded", score=found[source.name]))
            result_now = grading.folder.read(source.name)
            assert result_now is not None
            yield result_now

    monkeypatch.setattr(Grading, "results", results)
    return found


@pytest.fixture
def graded(put_in: Callable[..., Path], tmp_path: Path, autograder: Command, scores: dict[str, float]) -> list[object]:  # fmt: skip
    """The command that has just graded a class of three."""
    place = put_in({name: {"loss.py": f"x = {name!r}\n"} for name in ("an", "bae", "choi")})
    command: list[object] = ["grade", place, "--out", tmp_path / "out"]
    scores.update(an=50.0, bae=60.0, choi=70.0)
    assert autograder(*command).status == 0
    scores.clear()
    return command


def test_old_and_new_scores_stand_side_by_side_and_the_old_results_stay(
    graded: list[object], autograder: Command, scores: dict[str, float], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    before = {path.name: path.read_bytes() for path in (out / "results").iterdir()}
    old_grades = (out / "grades.csv").read_bytes()
    scores.update(bae=62.5, choi=70.0)
    ended = autograder(*graded, "--only-changed", "--lang", "ko")
    assert ended.status == 0 and "Traceback" not in ended.error
    assert re.search(r"bae\s*│\s*60\s*│\s*62\.5", ended.out) and re.search(
        r"choi\s*│\s*70\s*│\s*70", ended.out
    )
    assert not re.search(r"an\s*│\s*50\s*│\s*50\s", ended.out)
    assert HANGUL.search(ended.out)
    (history,) = (out / "history").iterdir()
    assert str(history) in ended.out.replace("\n", "")
    kept = {path.name: path.read_bytes() for path in (history / "results").iterdir()}
    assert kept == {name: before[name] for name in ("bae.json", "choi.json")}
    assert (history / "grades.csv").read_bytes() == old_grades
    rows = (history / "changes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows == ["submission,before,after", "bae,60,62.5", "choi,70,70"]
    assert "bae,62.5,100,graded" in (out / "grades.csv").read_text(encoding="utf-8-sig")


def test_a_second_regrade_keeps_the_history_of_the_first(
    graded: list[object], autograder: Command, scores: dict[str, float], tmp_path: Path
) -> None:
    for score in (1.0, 2.0):
        scores["an"] = score
        assert autograder(*graded, "--only-changed").status == 0
    folders = sorted((tmp_path / "out" / "history").iterdir())
    old = [json.loads((each / "results" / "an.json").read_text())["score"] for each in folders]
    assert sorted(old) == [1.0, 50.0]


def test_where_nothing_changed_nothing_is_kept(
    graded: list[object], autograder: Command, tmp_path: Path
) -> None:
    ended = autograder(*graded, "--only-changed")
    assert ended.status == 0 and not (tmp_path / "out" / "history").exists()


def test_two_histories_in_one_second_are_two_folders(tmp_path: Path) -> None:
    first = new_history(tmp_path)
    first.mkdir(parents=True)
    assert new_history(tmp_path) != first


@pytest.mark.parametrize(
    ("extra", "says"), [(["--only-changed", "--fresh"], "--fresh"), (["--only-changed"], "--only-changed")]
)
def test_there_has_to_be_something_to_compare_with(
    put_in: Callable[..., Path], autograder: Command, tmp_path: Path, extra: list[str], says: str
) -> None:
    place = put_in({"an": {"loss.py": ""}})
    ended = autograder("grade", place, "--out", tmp_path / "out", *extra)
    assert ended.status == 2 and says in ended.error and HANGUL.search(ended.error)
    assert "Traceback" not in ended.error and not list((tmp_path / "out").iterdir())


OVERRIDES = "student,item,points,reason\nbae,loss,7,appeal\n"


def test_overrides_in_out_are_taken_up_on_every_run(
    graded: list[object], autograder: Command, scores: dict[str, float], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (out / "overrides.csv").write_text(OVERRIDES)
    assert autograder(*graded).status == 0
    assert "bae,67,100,graded,0,7,0,0" in (out / "grades.csv").read_text(encoding="utf-8-sig")
    assert "appeal" in (out / "feedback" / "bae.html").read_text(encoding="utf-8")
    scores["bae"] = 20.0
    ended = autograder(*graded, "--only-changed")
    assert re.search(r"bae\s*│\s*67\s*│\s*27", ended.out)
    (out / "overrides.csv").unlink()
    assert autograder(*graded).status == 0
    assert "bae,20,100,graded,0,0,0,0" in (out / "grades.csv").read_text(encoding="utf-8-sig")


def test_overrides_may_lie_elsewhere(graded: list[object], autograder: Command, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(OVERRIDES)
    assert autograder(*graded, "--overrides", tmp_path / "points.csv").status == 0
    assert "bae,67," in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("text", ["student,item,points,reason\nnobody,loss,7,x\n", "student;item\n", None])
def test_overrides_that_are_unclear_stop_the_run_before_it_begins(
    graded: list[object], autograder: Command, tmp_path: Path, text: str | None
) -> None:
    def everything() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}

    before, place = everything(), tmp_path / "points.csv"
    if text is not None:
        place.write_text(text)
    ended = autograder(*graded, "--overrides", place)
    korean, english = [line for line in ended.error.splitlines() if line.strip()]
    assert ended.status == 2 and str(place) in korean and str(place) in english
    assert everything() == before


def test_identical_files_are_listed_for_the_instructor_alone(
    graded: list[object], put_in: Callable[..., Path], autograder: Command, tmp_path: Path
) -> None:
    own = "".join(f"x{n} = {n}\n" for n in range(9))
    put_in({name: {"loss.py": own} for name in ("an", "choi")})
    ended = autograder(*graded)
    assert str(tmp_path / "out" / "identical.csv") in ended.out.replace("\n", "")
    rows = (tmp_path / "out" / "identical.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows == ["file,own_lines,count,students", "loss.py,9,2,an; choi"]
    for page in (tmp_path / "out" / "feedback").iterdir():
        assert "identical" not in page.read_text(encoding="utf-8")
    put_in({"an": {"loss.py": "x = 1\n"}})
    autograder(*graded)
    assert not (tmp_path / "out" / "identical.csv").exists()


def test_a_setting_that_is_none_is_a_line_and_no_traceback(
    graded: list[object], autograder: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "homework.toml").write_text("x = 1\n")
    monkeypatch.setenv(kit.CHOICE, str(tmp_path))
    homework.cache_clear()
    try:
        ended = autograder(*graded)
    finally:
        monkeypatch.undo()
        homework.cache_clear()
    assert ended.status == 2 and "no setting called x" in ended.error and "Traceback" not in ended.error


# --- the whole way ---------------------------------------------------------------------------------------

BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,VAE homework (77123)\r\n"
    "    Points Possible,,,,,100.00\r\n"
    '"Kim, Minji",1001,20260001,minji,01,\r\n'
    '"이, 서준",1002,20260002,seojun,01,\r\n'
)


def test_from_a_download_of_canvas_to_its_gradebook_with_a_correction_in_between(
    autograder: Command,
    warm_parent: WarmParent,
    solution: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    lent = replace(warm_parent, scratch=str(tmp_path / "none"))
    monkeypatch.setattr(
        WarmParent, "launch", lambda *_, **__: replace(lent, control=warm_parent.control.dup())
    )
    place, out, book = tmp_path / "download", tmp_path / "out", tmp_path / "book.csv"
    place.mkdir()
    (place / "kimminji_1001_501_loss.py").write_bytes(solution["loss.py"])
    (place / "이서준_LATE_1002_505_latent.py").write_bytes(b"def generate(:\n")
    book.write_bytes(BOOK.encode("utf-8-sig"))
    command = ("grade", place, "--out", out, "--jobs", 1)
    assert autograder(*command).status == 0
    # Pretend that an older kit graded them, whose checks of the loss were wrong and took all its points.
    for name in ("kimminji_1001", "이서준_1002"):
        path = out / "results" / f"{name}.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        record["versions"] |= {"checks": "older"}
        record["score"] = 0.0
        path.write_text(json.dumps(record), encoding="utf-8")
    mistaken = (out / "results" / "kimminji_1001.json").read_bytes()
    ended = autograder(*command, "--only-changed")
    assert ended.status == 0
    assert re.search(r"kimminji_1001\s*│\s*0\s*│\s*30\s", ended.out)
    (history,) = (out / "history").iterdir()
    assert {path.name for path in (history / "results").iterdir()} == {
        "kimminji_1001.json",
        "이서준_1002.json",
    }
    assert (history / "results" / "kimminji_1001.json").read_bytes() == mistaken
    ended = autograder("export", "canvas", out, book, "--feedback", tmp_path / "feedback.zip", "--lang", "ko")
    assert ended.status == 0 and HANGUL.search(ended.out)
    assert book.read_bytes() == BOOK.replace("minji,01,", "minji,01,30").replace("seojun,01,", "seojun,01,0").encode("utf-8-sig")  # fmt: skip
    assert (tmp_path / "feedback.zip").stat().st_size > 0


def test_a_gradebook_that_is_refused_is_not_touched(
    graded: list[object], autograder: Command, tmp_path: Path
) -> None:
    book = tmp_path / "book.csv"
    book.write_text(BOOK, encoding="utf-8")
    before = book.read_bytes()
    ended = autograder("export", "canvas", tmp_path / "out", book, "--feedback", tmp_path / "feedback.zip")
    korean, english = [line for line in ended.error.splitlines() if line.strip()]
    assert ended.status == 2 and HANGUL.search(korean) and "another course" in english
    assert book.read_bytes() == before and not (tmp_path / "feedback.zip").exists()


def test_every_given_file_is_known_to_the_list_of_copies() -> None:
    assert all(identical.known(file, handout=True) for file in homework().files)
