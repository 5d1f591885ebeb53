"""The instructor has the last word: points set by hand, what lateness costs, and who handed in the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from autograder.checks.listed import listed_checks
from autograder.gradebook import identical, overrides
from autograder.gradebook.adjust import Adjuster, lateness
from autograder.gradebook.overrides import Override
from autograder.homework import homework
from autograder.intake import Origin, Source, Submission
from autograder.messages import LANGUAGES, Refusal
from autograder.moment import moment
from autograder.outfolder import Folder
from autograder.report import student_page
from autograder.results import Check, Result
from tests.console import Command

STUDENTS = {"kim_1001": ("1001",), "lee_1002": ("1002",), "이서준": (), "twin_a": ("7",), "twin_b": ("7",)}
CHECKS = tuple(
    Check(
        each.id,
        each.part,
        each.id,
        each.points if each.part != "loss" else 0.0,
        each.points,
        "passed",
        "",
        "check.passed",
    )
    for each in listed_checks().values()
)
RESULT = Result("kim_1001", 70.0, 100.0, "graded", "digits", "cpu", 1, 1.0, CHECKS)
KL = next(check for check in CHECKS if check.id.startswith("kl_"))
LATE = replace(
    homework(), late_due="2026-04-03 23:59 +09:00", late_percent_per_day=10, late_percent_at_most=35
)


def put(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "overrides.csv"
    path.write_bytes(text.encode(encoding))
    return path


# --- the file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_file_is_read_however_a_spreadsheet_saved_it(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    lines = [
        ("Student", "item", "reason", "points"),
        ("kim_1001", "loss", "손으로 다시 채점", "27.5"),
        ("1002", KL.id, "appeal", "0"),
        ("이서준", "late", "illness", "0"),
    ]
    text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n\r\n"
    assert overrides.read(put(tmp_path, text, encoding), STUDENTS) == [
        Override("kim_1001", "loss", 27.5, "손으로 다시 채점"),
        Override("lee_1002", KL.id, 0.0, "appeal"),
        Override("이서준", "late", 0.0, "illness"),
    ]


def test_a_file_with_a_header_alone_sets_nothing(tmp_path: Path) -> None:
    assert overrides.read(put(tmp_path, "student,item,points,reason\n"), STUDENTS) == []


HEADER = "student,item,points,reason\n"
MALFORMED = {
    "no such student": (HEADER + "park,loss,1,x\n", "override.unknown_student", "line 2"),
    "an id of two": (HEADER + "7,loss,1,x\n", "override.several_students", "line 2"),
    "no such check": (
        HEADER + "kim_1001,loss,1,x\nkim_1001,kl_typo,1,x\n",
        "override.unknown_item",
        "line 3",
    ),
    "above the maximum": (HEADER + "kim_1001,loss,30.5,x\n", "override.points", "30.5"),
    "above a check's": (HEADER + f"kim_1001,{KL.id},{KL.max_points + 1},x\n", "override.points", KL.id),
    "negative": (HEADER + "kim_1001,loss,-1,x\n", "override.points", "'-1'"),
    "a word": (HEADER + "kim_1001,loss,full,x\n", "override.points", "'full'"),
    "no number": (HEADER + "kim_1001,loss,,x\n", "override.points", "''"),
    "nan": (HEADER + "kim_1001,loss,nan,x\n", "override.points", "'nan'"),
    "infinity": (HEADER + "kim_1001,late,inf,x\n", "override.points", "'inf'"),
    "no reason": (HEADER + "kim_1001,loss,1, \n", "override.no_reason", "line 2"),
    "a row cut off": (HEADER + "kim_1001,loss\n", "override.points", "line 2"),
    "twice": (HEADER + "kim_1001,loss,1,x\n1001,loss,2,y\n", "override.twice", "line 3"),
    "part and check": (HEADER + f"kim_1001,loss,1,x\nkim_1001,{KL.id},0,y\n", "override.both", KL.id),
    "no column": ("student,item,points\nkim_1001,loss,1\n", "table.no_column", "'reason'"),
    "a column twice": ("student,item,points,reason,item\n", "table.column_twice", "'item'"),
    "empty": ("", "table.empty", "overrides.csv"),
}


@pytest.mark.parametrize(("text", "message_id", "says"), MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_unclear_is_refused_with_its_place(
    tmp_path: Path, text: str, message_id: str, says: str
) -> None:
    with pytest.raises(Refusal) as caught:
        overrides.read(put(tmp_path, text), STUDENTS)
    message = caught.value.message
    assert (message.id, caught.value.status) == (message_id, 2)
    assert says in message.text("en") and message.text("ko")


# --- what it does ----------------------------------------------------------------------------------------


def adjusted(
    *set_by_hand: tuple[str, float], origin: Origin | None = None, result: Result = RESULT
) -> Result:
    read = [Override("kim_1001", item, points, "because <b>") for item, points in set_by_hand]
    return Adjuster(LATE if origin else homework(), {"kim_1001": origin} if origin else {}, read)(result)


def test_a_part_and_a_check_get_the_points_that_were_set_and_the_graded_ones_stay() -> None:
    result = adjusted(("training", 12.5), (KL.id, KL.max_points))
    assert result.score == 70 and result.checks == RESULT.checks
    assert result.part_points("training") == 12.5 and result.part_points("loss") == KL.max_points
    assert result.final == pytest.approx(70 - 30 + 12.5 + KL.max_points)
    assert [(each.item, each.graded, each.points) for each in result.adjustments] == [
        ("training", 30.0, 12.5),
        (KL.id, 0.0, KL.max_points),
    ]
    assert Result.from_json(result.to_json()) == result


def test_an_adjustment_replaces_the_one_before() -> None:
    assert adjusted(("loss", 5.0), result=adjusted(("loss", 9.0))) == adjusted(("loss", 5.0))
    assert adjusted(result=adjusted(("loss", 9.0))) == RESULT


def test_who_handed_in_nothing_usable_can_be_given_points() -> None:
    rejected = replace(RESULT, status="rejected", score=0.0, checks=())
    assert adjusted(("loss", 9.0), result=rejected).final == 9


def test_what_the_grader_failed_on_keeps_no_score() -> None:
    ungraded = replace(RESULT, status="failed", score=None, checks=())
    assert adjusted(("loss", 9.0), result=ungraded) == ungraded


@pytest.fixture
def graded(tmp_path: Path) -> Folder:
    """OUT after a run with two items set by hand."""
    read = [
        Override("kim_1001", "loss", 27.5, "=re-read by hand"),
        Override("kim_1001", "late", 0, "illness"),
    ]
    folder = Folder.of(tmp_path, [Source("kim_1001", tmp_path)], Adjuster(homework(), {}, read))
    folder.write(RESULT)
    folder.write_summary("en")
    return folder


def test_grades_have_the_final_points_and_the_result_both(graded: Folder) -> None:
    rows = list(csv.DictReader(io.StringIO((graded.out / "grades.csv").read_text(encoding="utf-8-sig"))))
    assert (rows[0]["score"], rows[0]["loss"], rows[0]["training"]) == ("97.5", "27.5", "30")
    record = json.loads((graded.out / "results" / "kim_1001.json").read_text(encoding="utf-8"))
    assert record["score"] == 70
    assert record["adjustments"][0] == {
        "item": "loss",
        "graded": 0.0,
        "points": 27.5,
        "why": {"id": "adjust.override", "values": {"reason": "=re-read by hand"}},
    }


def test_points_set_by_hand_survive_grading_again(graded: Folder) -> None:
    graded.write(replace(RESULT, score=71.0))
    assert graded.read("kim_1001").adjustments == ()  # type: ignore[union-attr]
    (result,) = graded.write_grades()
    assert (result.score, result.final) == (71, 98.5)
    before = (graded.out / "results" / "kim_1001.json").stat().st_mtime_ns
    graded.write_grades()
    assert (graded.out / "results" / "kim_1001.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_feedback_shows_both_numbers_and_the_reason(language: str) -> None:
    page = student_page(
        adjusted(("loss", 27.5), (next(c.id for c in CHECKS if c.part == "latent"), 0.0)), language
    )
    assert "0 → 27.5" in page and "because &lt;b&gt;" in page and "<b>" not in page
    assert "27.5 / 30" in page


# --- lateness --------------------------------------------------------------------------------------------


def handed_in(time: str) -> Origin:
    return Origin("nbgrader", ("kim",), submitted=datetime.fromisoformat(time))


TIMES = [
    ("2026-04-03T23:59:00+09:00", 0),
    ("2026-04-03T14:59:00+00:00", 0),
    ("2026-04-03T14:59:01+00:00", 10),
    ("2026-04-04T23:59:00+09:00", 10),
    ("2026-04-05T00:00:00+09:00", 20),
    ("2026-05-01T00:00:00+09:00", 35),
    ("2026-01-01T00:00:00+09:00", 0),
]


@pytest.mark.parametrize(("time", "percent"), TIMES)
def test_each_day_begun_costs_up_to_the_most(time: str, percent: float) -> None:
    assert lateness(handed_in(time), LATE)[0] == percent
    assert lateness(handed_in(time), homework())[0] == 0  # off by default


def test_minutes_of_grace_are_no_lateness() -> None:
    patient = replace(LATE, late_grace_minutes=30)
    assert lateness(handed_in("2026-04-04T00:29:00+09:00"), patient)[0] == 0
    assert lateness(handed_in("2026-04-04T00:29:01+09:00"), patient)[0] == 10


def test_a_day_is_a_day_when_the_clock_is_put_back() -> None:
    due = replace(LATE, late_due="2026-10-31 23:59 America/New_York")
    for clock, percent in (("22:59", 10), ("23:30", 20)):
        submitted = moment(f"2026-11-01 {clock} America/New_York")
        assert lateness(Origin("nbgrader", submitted=submitted), due)[0] == percent


def test_a_mark_without_a_time_is_one_day() -> None:
    assert lateness(Origin("canvas", ("1",), late=True), LATE)[0] == 10
    assert lateness(Origin("canvas", ("1",)), LATE)[0] == 0


def test_lateness_costs_of_what_was_earned_and_says_why() -> None:
    result = adjusted(("training", 10.0), origin=handed_in("2026-04-05T12:00:00+09:00"))
    assert result.final == pytest.approx(50 * 0.8) and result.part_points("training") == 10
    for language in LANGUAGES:
        page = student_page(result, language)
        assert "0 → -10" in page and "2026-04-05 12:00" in page and "20 %" in page


def test_a_penalty_is_changed_by_hand() -> None:
    late = handed_in("2026-04-05T12:00:00+09:00")
    assert adjusted(("late", 0.0), origin=late).final == 70
    assert adjusted(("late", 5.0), origin=late).final == 65
    assert adjusted(("late", 100.0), origin=late).final == 0


# --- identical files -------------------------------------------------------------------------------------


def alike(students: Mapping[str, Mapping[str, bytes]]) -> list[tuple[str, tuple[str, ...]]]:
    seen = identical.Fingerprints()
    for name, files in students.items():
        seen.add(Submission(name, files, {}, (), ""))
    return [(each.file, each.students) for each in seen.alike()]


def solved(file: str) -> bytes:
    return (homework().solved / file).read_bytes()


def test_comments_docstrings_and_spacing_do_not_hide_a_copy() -> None:
    copied = solved("training.py").decode()
    dressed = copied.replace("batch_losses = []", "batch_losses  =  [ ]  # mine\n").replace('"""', "'''")
    dressed = "# -*- coding: utf-8 -*-\r\n" + dressed.replace("one pass over", "another pass over").replace(
        "\n", "\r\n"
    )
    renamed = copied.replace("batch_losses", "losses")
    students = {"an": copied, "bae": dressed, "choi": renamed}
    assert alike({name: {"training.py": text.encode()} for name, text in students.items()}) == [
        ("training.py", ("an", "bae"))
    ]


def test_depth_is_no_spacing() -> None:
    one = b"def f(x):\n    if x:\n        x += 1\n        x += 2\n    return x\n"
    other = b"def f(x):\n    if x:\n        x += 1\n    x += 2\n    return x\n"
    assert alike({"an": {"loss.py": one}, "bae": {"loss.py": other}}) == []


def test_the_handout_and_short_canonical_answers_are_no_copies() -> None:
    skeleton = {name: (homework().given / name).read_bytes() for name in homework().files}
    short = {name: solved(name) for name in ("model.py", "loss.py")}
    assert alike({"an": skeleton, "bae": skeleton}) == []
    assert alike({"an": short, "bae": short}) == []
    whole = {name: solved(name) for name in homework().files}
    assert {file for file, _ in alike({"an": whole, "bae": whole})} == {"latent.py", "training.py"}


@pytest.mark.parametrize(
    "content",
    [
        b"def f(:\n  oops\n",
        b"'''never closed\nx = 1\n",
        b"(" * 100_000,
        b"\xff\xfe",
        b"# coding: no\nx = 1\n",
        b"'" + b"\\'" * 400_000,
        b"'" + b"\\'" * 24_900,
    ],
)
def test_files_that_are_no_python_are_compared_too_and_bring_nothing_down(content: bytes) -> None:
    assert alike({"an": {"loss.py": content}, "bae": {"loss.py": content}}) == [("loss.py", ("an", "bae"))]


def test_the_list_holds_no_formula() -> None:
    found = [identical.Alike("loss.py", 9, ("=HYPERLINK(1)", "bae"))]
    assert identical.to_csv(found).decode("utf-8-sig").splitlines()[1] == "loss.py,9,2,'=HYPERLINK(1); bae"


def test_every_part_can_be_set() -> None:
    assert all(adjusted((part, 1.0)).part_points(part) == 1 for part in tuple(homework().parts))


def test_an_owner_that_was_cut_from_a_clones_name_is_nobody_in_overrides(
    autograder: Command, tmp_path: Path
) -> None:
    """In hw-lee-kim and hw-lee-park, what follows the common beginning need not be the owner: kim may be somebody else."""
    for name in ("hw-lee-kim", "hw-lee-park"):
        (tmp_path / "class" / name / ".git").mkdir(parents=True)
        (tmp_path / "class" / name / "loss.py").write_text("", encoding="utf-8")
    path = tmp_path / "points.csv"
    path.write_text("student,item,points,reason\nkim,loss,30,by hand\n", encoding="utf-8")
    ended = autograder("grade", tmp_path / "class", "--out", tmp_path / "out", "--overrides", path)
    assert ended.status == 2 and "'kim'" in ended.error
    assert not (tmp_path / "out" / "results").exists()
