"""Handing back: scores are filled into the gradebook files of learning management systems; nothing else changes.

Each round trip starts from a download as the LMS names it and ends with the LMS's own file.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import gradebook as back
from autograder.gradebook.table import Table
from autograder.intake import Source, find, load
from autograder.messages import LANGUAGES, Refusal
from autograder.outfolder import Folder
from autograder.results import Adjustment, Message, Result
from autograder.run import Run
from autograder.sandbox.ends import SandboxFault
from tests.console import Command
from tests.engine import failed
from tests.zips import zipped

FILES = dict.fromkeys(("model.py", "loss.py", "training.py", "latent.py"), b"x = 1\n")
Grade = Callable[..., Path]


@pytest.fixture
def collected(tmp_path: Path, run: Run) -> Grade:
    """``out = collected(download, {name: score})``: the class as ``grade`` leaves it, with these scores."""

    def graded(download: Mapping[str, bytes], scores: Mapping[str, float | None]) -> Path:
        for name, content in download.items():
            (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "class" / name).write_bytes(content)
        sources, out = find(tmp_path / "class"), tmp_path / "out"
        assert {source.name for source in sources} == set(scores)
        folder = Folder.of(out, sources)
        for source in sources:
            folder.write(record(source, run, scores[source.name]))
        folder.write_summary("en")
        back.write_roster(out, sources, folder.names)
        return out

    return graded


def record(source: Source, run: Run, score: float | None) -> Result:
    result = failed(load(source), run, SandboxFault("gone"), "namespaces")
    return result if score is None else replace(result, status="graded", score=score)


def fill(channel: str, out: Path, gradebook: Path, **options: Any) -> back.Filled:
    table, known = Table.read(gradebook), back.CHANNELS[channel]
    where = back.columns(known, table, options.get("id_column"), options.get("score_column"))
    return back.fill(known, table, where, back.read_roster(out), options.get("scale", False))


def put(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def names_in(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return file.namelist()


# --- Canvas ----------------------------------------------------------------------------------------------

CANVAS = {
    **{f"kimminji_1001_{5001 + n}_{name}": content for n, (name, content) in enumerate(FILES.items())},
    "이서준_LATE_1002_5010_vae.zip": zipped(FILES),
    "parkjimin_1003_5020_vae-1.zip": zipped(FILES),
    "guest_1999_5030_vae.zip": zipped(FILES),
}
CANVAS_SCORES = {"kimminji_1001": 92.5, "이서준_1002": 40.0, "parkjimin_1003": 0.0, "guest_1999": 50.0}
CANVAS_BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,VAE homework (77123),Current Score,Final Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,100.00,(read only),(read only)\r\n"
    '"Kim, Minji",1001,20260001,minji,"Deep Learning, 01",,88.1,80\r\n'
    '"이, 서준",1002,20260002,seojun,"Deep Learning, 01",12.00,,\r\n'
    '"Park, ""JJ"" Jimin",1003,20260003,jimin,"Deep Learning, 01",-,,\r\n'
    '"Choi, Excused",1004,20260004,choi,"Deep Learning, 01",EX,,\r\n'
    '"Student, Test",1005,,test,"Deep Learning, 01",,,\r\n'
)


def canvas_filled(book: str) -> str:
    for before, after in ((",,88.1,80", ",92.5,88.1,80"), (",12.00,,", ",40,,"), (",-,,", ",0,,")):
        assert book.count(before) == 1
        book = book.replace(before, after)
    return book


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_canvas_round_trip_changes_the_scores_alone(collected: Grade, tmp_path: Path, encoding: str) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    book = put(tmp_path / "book.csv", CANVAS_BOOK, encoding)
    filled = fill("canvas", out, book)
    assert filled.content == canvas_filled(CANVAS_BOOK).encode(encoding)
    assert (filled.matched, filled.changed, filled.unknown) == (3, 3, ("guest_1999",))
    assert filled.absent == ("Choi, Excused 1004", "Student, Test 1005")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_and_line_ends_stay(collected: Grade, tmp_path: Path, ends: str, delimiter: str) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    rows = csv.reader(io.StringIO(CANVAS_BOOK, newline=""))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=ends).writerows(rows)
    filled = fill("canvas", out, put(tmp_path / "book.csv", text.getvalue()))
    before, after = text.getvalue(), filled.content.decode()
    cells = [list(csv.reader(io.StringIO(each, newline=""), delimiter=delimiter)) for each in (before, after)]
    changed = [
        (a, b) for old, new in zip(*cells, strict=True) for a, b in zip(old, new, strict=True) if a != b
    ]
    assert changed == [("", "92.5"), ("12.00", "40"), ("-", "0")]
    assert after.replace('"92.5"', '""').replace('"40"', '"12.00"').replace('"0"', '"-"') == before


def test_a_gradebook_without_a_last_line_end_keeps_it_so(collected: Grade, tmp_path: Path) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    book = put(tmp_path / "book.csv", CANVAS_BOOK.rstrip("\r\n"))
    assert fill("canvas", out, book).content.decode() == canvas_filled(CANVAS_BOOK).rstrip("\r\n")


COMPUTED = [
    ("Final Score (2026)", "Current Points (12)"),
    ("Unposted Current Score (7)", "Override Grade (2026)"),
    ("Homework (2026) Final Score", "Homework (2026) Current Score (3)"),
]


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("headings", COMPUTED)
def test_what_canvas_works_out_is_no_assignment(
    collected: Grade, tmp_path: Path, headings: tuple[str, str], marked: bool
) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    book = CANVAS_BOOK.replace("Current Score,Final Score", ",".join(headings))
    book = book if marked else book.replace("(read only)", "")
    assert fill("canvas", out, put(tmp_path / "book.csv", book)).content == canvas_filled(book).encode()
    alone = put(tmp_path / "book.csv", book.replace("VAE homework (77123)", "Notes"))
    assert "--score-column" in refused("canvas", out, alone)


def test_a_column_that_takes_no_scores_is_not_written(collected: Grade, tmp_path: Path) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    for column in ("Final Score", "ID", "SIS User ID"):
        said = refused("canvas", out, put(tmp_path / "book.csv", CANVAS_BOOK), score_column=column)
        assert column in said and "--score-column" in said


@pytest.mark.parametrize("name", ["Points Possible", "만점"])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("points", ["0", "0.00"])
def test_where_no_points_are_possible_the_lms_has_to_be_set(
    collected: Grade, tmp_path: Path, name: str, points: str, scale: bool
) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    book = CANVAS_BOOK.replace("Points Possible", name).replace("100.00", points)
    assert "points of the assignment to 100" in refused(
        "canvas", out, put(tmp_path / "book.csv", book), scale=scale
    )


def test_an_assignment_without_points_is_refused(collected: Grade, tmp_path: Path) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    said = refused("canvas", out, put(tmp_path / "book.csv", CANVAS_BOOK.replace("100.00", "")))
    assert "points of the assignment to 100" in said


def test_who_is_excused_stays_excused(collected: Grade, tmp_path: Path) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    book = CANVAS_BOOK.replace(
        '1003,20260003,jimin,"Deep Learning, 01",-', '1003,20260003,jimin,"Deep Learning, 01",EX'
    )
    filled = fill("canvas", out, put(tmp_path / "book.csv", book))
    assert filled.kept == ("parkjimin_1003",)
    assert b'"Deep Learning, 01",EX,,' in filled.content


def test_who_could_not_be_graded_gets_no_zero(collected: Grade, tmp_path: Path) -> None:
    out = collected(CANVAS, {**CANVAS_SCORES, "kimminji_1001": None})
    filled = fill("canvas", out, put(tmp_path / "book.csv", CANVAS_BOOK))
    assert filled.unscored == ("kimminji_1001",)
    assert '01",,88.1,80' in filled.content.decode()


def test_what_the_instructor_set_by_hand_is_handed_back(collected: Grade, tmp_path: Path, run: Run) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    path = out / "results" / "kimminji_1001.json"
    change = Adjustment("loss", 20.0, 27.5, Message("adjust.override", {"reason": "regraded"}))
    result = replace(Result.from_json(path.read_text(encoding="utf-8")), adjustments=(change,))
    path.write_text(result.to_json(), encoding="utf-8")
    assert '01",100,88.1,80' in fill("canvas", out, put(tmp_path / "book.csv", CANVAS_BOOK)).content.decode()


def test_canvas_takes_feedback_under_the_names_of_its_download(collected: Grade) -> None:
    """Canvas finds student and upload by the first two numbers between underscores, and shows the student's file name."""
    out = collected(CANVAS, CANVAS_SCORES)
    handed = back.read_roster(out)
    content, missing = back.feedback_zip(back.CHANNELS["canvas"], handed)
    assert missing == []
    assert sorted(names_in(content)) == [
        "guest_1999_5030_vae.zip",
        "kimminji_1001_5004_latent.py.html",
        "parkjimin_1003_5020_vae-1.zip",
        "이서준_LATE_1002_5010_vae.zip",
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert names_in(file.read("이서준_LATE_1002_5010_vae.zip")) == ["feedback.html"]
    assert content == back.feedback_zip(back.CHANNELS["canvas"], handed)[0]


# --- Moodle ----------------------------------------------------------------------------------------------

NEW, OLD = "{}_{}_assignsubmission_file/{}", "{}_{}_assignsubmission_file_/vae/{}"
FLAT = "{}_{}_assignsubmission_file_{}"
MOODLE_SCORES = {"김민지_771": 92.5, "Lee_Seo_jun_772": 40.0}
MOODLE_BOOK = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 771,"김민지",kim@univ.ac.kr,"Submitted for grading - ",,100.00,Yes,"Friday, 3 April 2026, 9:12 PM",-,\n'
    'Participant 772,"Lee_Seo jun",lee@univ.ac.kr,"Submitted for grading - ",30.00,100.00,Yes,"Friday, 3 April 2026, 9:13 PM",-,"<p>so\nso</p>"\n'
    'Participant 773,"Park Jimin",park@univ.ac.kr,"No submission - ",,100.00,Yes,-,-,\n'
)


def moodle_download(form: str) -> dict[str, bytes]:
    people = (("김민지", 771), ("Lee_Seo_jun", 772))
    return {form.format(name, number, file): text for name, number in people for file, text in FILES.items()}


@pytest.mark.parametrize(
    ("form", "page"),
    [
        (NEW, "김민지_771_assignsubmission_file/feedback.html"),
        (OLD, "김민지_771_assignsubmission_file_/feedback.html"),
        (FLAT, "김민지_771_assignsubmission_file_feedback.html"),
    ],
)
def test_moodle_round_trip_with_each_of_its_namings(
    collected: Grade, tmp_path: Path, form: str, page: str
) -> None:
    out = collected(moodle_download(form), MOODLE_SCORES)
    filled = fill("moodle", out, put(tmp_path / "book.csv", MOODLE_BOOK, "utf-8-sig"))
    expected = MOODLE_BOOK.replace(
        '- ",,100.00,Yes,"Friday, 3 April 2026, 9:12', '- ",92.5,100.00,Yes,"Friday, 3 April 2026, 9:12'
    )
    expected = expected.replace(",30.00,", ",40,")
    assert filled.content == expected.encode("utf-8-sig")
    assert filled.absent == ("Participant 773 park@univ.ac.kr",)
    content, _ = back.feedback_zip(back.CHANNELS["moodle"], back.read_roster(out))
    assert page in names_in(content) and len(names_in(content)) == 2


def test_moodle_keeps_a_decimal_comma(collected: Grade, tmp_path: Path) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    book = MOODLE_BOOK.replace("100.00", '"100,00"').replace("30.00", '"30,00"')
    text = fill("moodle", out, put(tmp_path / "book.csv", book)).content.decode()
    assert '- ","92,5","100,00",Yes' in text and ',"40","100,00"' in text


def test_a_locked_grade_of_moodle_is_left_alone(collected: Grade, tmp_path: Path) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    book = MOODLE_BOOK.replace(
        '100.00,Yes,"Friday, 3 April 2026, 9:13', '100.00,No,"Friday, 3 April 2026, 9:13'
    )
    filled = fill("moodle", out, put(tmp_path / "book.csv", book))
    assert filled.kept == ("Lee_Seo_jun_772",) and b",30.00," in filled.content


KOREAN = "식별자,성명,이메일 주소,상태,성적,최대 성적,성적을 변경할 수 있음,제출,채점,피드백 댓글"


@pytest.mark.parametrize("options", [{}, {"id_column": "식별자", "score_column": "성적"}])
def test_a_worksheet_in_korean_is_held_to_its_maximum_and_locks(
    collected: Grade, tmp_path: Path, options: dict[str, str]
) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    book = "\n".join([KOREAN, *MOODLE_BOOK.splitlines()[1:]]).replace("Participant ", "참가자") + "\n"
    filled = fill(
        "moodle", out, put(tmp_path / "book.csv", book.replace("100.00,Yes", "100.00,예")), **options
    )
    assert filled.matched == 2 and b",92.5,100.00," in filled.content
    locked = put(tmp_path / "book.csv", book.replace("100.00,Yes", "100.00,아니오"))
    assert len(fill("moodle", out, locked, **options).kept) == 2
    assert "10" in refused(
        "moodle", out, put(tmp_path / "book.csv", book.replace("100.00", "10.00")), **options
    )


GERMAN = "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Änderbar,Abgabe,Geändert,Feedback"
NAMED = {"id_column": "ID", "score_column": "Bewertung"}


def german(text: str = MOODLE_BOOK) -> str:
    return "\n".join([GERMAN, *text.splitlines()[1:]]).replace("Participant ", "Teilnehmer/in") + "\n"


def test_headings_in_another_language_are_refused_until_they_are_named(
    collected: Grade, tmp_path: Path
) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    book = put(tmp_path / "book.csv", german())
    message = refused("moodle", out, book)
    assert "Identifier" in message and "Bewertung" in message
    assert "--id-column" in message and "--score-column" in message
    filled = fill("moodle", out, book, **NAMED)
    assert filled.matched == 2 and b",92.5,100.00," in filled.content


def test_maximum_and_lock_are_found_under_headings_in_another_language(
    collected: Grade, tmp_path: Path
) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    locked = put(tmp_path / "book.csv", german().replace("Yes", "No"))
    assert len(fill("moodle", out, locked, **NAMED).kept) == 2
    assert "out of 10 " in refused(
        "moodle", out, put(tmp_path / "book.csv", german().replace("100.00", "10.00")), **NAMED
    )


@pytest.mark.parametrize("damage", [("Yes", "Ja"), ("100.00", "voll"), (",Yes,", ",,")])
def test_where_maximum_or_lock_can_not_be_told_it_says_what_to_do(
    collected: Grade, tmp_path: Path, damage: tuple[str, str]
) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    book = put(tmp_path / "book.csv", german().replace(*damage))
    assert "Set Moodle's language to English or Korean" in refused("moodle", out, book, **NAMED)


def test_a_lock_that_says_neither_yes_nor_no_is_refused(collected: Grade, tmp_path: Path) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    said = refused("moodle", out, put(tmp_path / "book.csv", MOODLE_BOOK.replace("Yes", "잠김")))
    assert "line 2: '잠김' in the column 'Grade can be changed'" in said


def test_moodles_columns_may_stand_in_any_order(collected: Grade, tmp_path: Path) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    rows = [row[::-1] for row in csv.reader(io.StringIO(MOODLE_BOOK.replace("Yes", "No", 1)))]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    filled = fill("moodle", out, put(tmp_path / "book.csv", text.getvalue()))
    assert filled.kept == ("김민지_771",) and b",Yes,100.00,40," in filled.content
    small = put(tmp_path / "book.csv", text.getvalue().replace("100.00", "10.00"))
    assert "out of 10 " in refused("moodle", out, small)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("most", ["-", "0.00", ""])
def test_moodles_worksheet_without_points_is_refused(
    collected: Grade, tmp_path: Path, most: str, scale: bool
) -> None:
    out = collected(moodle_download(NEW), MOODLE_SCORES)
    book = put(tmp_path / "book.csv", MOODLE_BOOK.replace("100.00", most))
    assert "points of the assignment to 100" in refused("moodle", out, book, scale=scale)


# --- Gradescope and any CSV ------------------------------------------------------------------------------

GRADESCOPE_META = """---
submission_111:
  :submitters:
  - :name: 김민지
    :sid: '20260001'
    :email: kim@univ.ac.kr
  - :name: Lee Seojun
    :sid: '20260002'
    :email: lee@univ.ac.kr
  :created_at: 2026-04-03 12:02:27.123456000 Z
  :score: 0.0
  :status: processed
  :history:
  - :id: 109
    :created_at: 2026-04-02 10:00:00.000000000 Z
    :score: 0.0
submission_112:
  :submitters:
  - :name: Park Jimin
    :sid:
    :email: park@univ.ac.kr
  :created_at: 2026-04-04 00:00:00.000000000 Z
  :score:
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
""".encode()
GRADESCOPE = {
    "assignment_42_export/submission_metadata.yml": GRADESCOPE_META,
    **{
        f"assignment_42_export/submission_{n}/{name}": text
        for n in (111, 112)
        for name, text in FILES.items()
    },
}
GRADESCOPE_SCORES = {"김민지_20260001+Lee Seojun_20260002": 77.0, "Park Jimin_park@univ.ac.kr": 12.25}
GRADESCOPE_BOOK = (
    "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,Lateness (H:M:S)\n"
    "민지,김,20260001,kim@univ.ac.kr,,,100.0,Ungraded,111,2026-04-03 21:02:27 +0900,00:00:00\n"
    "Seojun,Lee,20260002,Lee@univ.ac.kr,,3.0,100.0,Ungraded,111,2026-04-03 21:02:27 +0900,00:00:00\n"
    "Jimin,Park,,park@univ.ac.kr,,,100.0,Ungraded,112,2026-04-04 09:00:00 +0900,12:00:00\n"
    "Yuna,Choi,20260009,choi@univ.ac.kr,,,,Missing,,,\n"
)


def test_gradescope_round_trip_gives_a_group_one_score(collected: Grade, tmp_path: Path) -> None:
    out = collected(GRADESCOPE, GRADESCOPE_SCORES)
    filled = fill("gradescope", out, put(tmp_path / "book.csv", GRADESCOPE_BOOK))
    expected = GRADESCOPE_BOOK.replace("kr,,,100.0,Ungraded,111", "kr,,77,100.0,Ungraded,111")
    expected = expected.replace(",3.0,", ",77,").replace(
        "kr,,,100.0,Ungraded,112", "kr,,12.25,100.0,Ungraded,112"
    )
    assert filled.content.decode() == expected
    assert filled.absent == ("Yuna 20260009",) and filled.unknown == ()


CSV_BOOK = "학번;이름;점수\r\n20260001;김민지;\r\n20260002;이서준;결석\r\n20260003;박지민;\r\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_any_csv_round_trip_matches_the_numbers_in_names(
    collected: Grade, tmp_path: Path, encoding: str
) -> None:
    download = {
        f"{name}/vae/{file}": text
        for name in ("20260001_김민지", "이서준(20260002)")
        for file, text in FILES.items()
    }
    out = collected(download, {"20260001_김민지": 81.0, "이서준(20260002)": 9.5})
    filled = fill("csv", out, put(tmp_path / "book.csv", CSV_BOOK, encoding))
    expected = CSV_BOOK.replace("김민지;", "김민지;81").replace("결석", "9.5")
    assert filled.content == expected.encode(encoding)
    assert filled.absent == ("20260003",)


def test_a_csv_with_other_headings_is_told_which(collected: Grade, tmp_path: Path) -> None:
    out = collected({f"20260001/{file}": text for file, text in FILES.items()}, {"20260001": 81.0})
    book = put(tmp_path / "book.csv", "번호,HW4\n20260001,\n")
    assert "번호, HW4" in refused("csv", out, book)
    filled = fill("csv", out, book, id_column="번호", score_column="hw4")
    assert filled.content.decode() == "번호,HW4\n20260001,81\n"


def test_excels_own_line_about_the_delimiter_stays(collected: Grade, tmp_path: Path) -> None:
    out = collected({f"20260001/{file}": text for file, text in FILES.items()}, {"20260001": 81.0})
    book = put(tmp_path / "book.csv", 'sep=;\r\nid;"a,b";score\r\n20260001;x;\r\n')
    assert fill("csv", out, book).content == b'sep=;\r\nid;"a,b";score\r\n20260001;x;81\r\n'


def test_marks_with_the_written_part_take_the_place_of_the_scores(collected: Grade, tmp_path: Path) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    rows = "submission,status,code,code_max,written,written_max,mark,mark_max\n"
    rows += "kimminji_1001,graded,92.5,100,40,50,132.5,150\n이서준_1002,graded,40,100,,50,,150\n"
    handed = back.with_marks(back.read_roster(out), put(tmp_path / "marks.csv", rows, "utf-8-sig"))
    assert {each.name: (each.score, each.max_score) for each in handed if each.max_score} == {
        "kimminji_1001": (132.5, 150),
        "이서준_1002": (None, 150),
    }
    with pytest.raises(Refusal) as caught:
        back.with_marks(handed, put(tmp_path / "marks.csv", rows.replace("132.5,", "good,")))
    assert caught.value.message.id == "export.mark"


MARKS = "submission,mark,mark_max\nkimminji_1001,132.5,150\n"
WRONG_MARKS = {
    "no number": (MARKS.replace("132.5", "nan"), "export.mark"),
    "a student twice": (MARKS + "kimminji_1001,1,150\n", "written.twice"),
    "another class": (MARKS.replace("kimminji", "choi"), "export.other_marks"),
    "a missing column": (MARKS.replace("mark_max", "most"), "table.no_column"),
    "missing": (None, "table.missing"),
}


@pytest.mark.parametrize(("text", "says"), WRONG_MARKS.values(), ids=WRONG_MARKS.keys())
def test_marks_that_do_not_fit_are_refused(
    collected: Grade, autograder: Command, tmp_path: Path, text: str | None, says: str
) -> None:
    out, book = collected(CANVAS, CANVAS_SCORES), put(tmp_path / "book.csv", CANVAS_BOOK)
    if text is not None:
        put(tmp_path / "marks.csv", text)
    with pytest.raises(Refusal) as caught:
        back.with_marks(back.read_roster(out), tmp_path / "marks.csv")
    assert caught.value.message.id == says
    ended = autograder("export", "canvas", out, book, "--marks", tmp_path / "marks.csv")
    assert ended.status == 2 and all("marks.csv" in line for line in ended.lines)
    assert book.read_text(encoding="utf-8") == CANVAS_BOOK.replace("\r\n", "\n")


@pytest.mark.parametrize("option", ["--out", "--feedback"])
def test_what_can_not_be_written_is_named_and_nothing_is(
    collected: Grade, autograder: Command, tmp_path: Path, option: str
) -> None:
    out, book = collected(CANVAS, CANVAS_SCORES), put(tmp_path / "book.csv", CANVAS_BOOK)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    for place in (tmp_path / "folder", tmp_path / "file" / "x.csv"):
        ended = autograder("export", "canvas", out, book, option, place)
        assert ended.status == 2 and len(ended.lines) == 2 and all(str(place) in line for line in ended.lines)
        assert sorted(tmp_path.rglob("*")) == before and book.read_bytes() == CANVAS_BOOK.encode()


# --- what is refused -------------------------------------------------------------------------------------


def refused(channel: str, out: Path, book: Path, **options: Any) -> str:
    before = book.read_bytes()
    with pytest.raises(Refusal) as caught:
        fill(channel, out, book, **options)
    assert caught.value.status == 2 and book.read_bytes() == before
    texts = [caught.value.message.text(language) for language in LANGUAGES]
    assert str(book) in texts[0] and str(book) in texts[1]
    return texts[0]


DAMAGED: dict[str, tuple[Callable[[str], str], str]] = {
    "another course": (lambda text: text.replace(",100", ",900"), "another course"),
    "no ids": (lambda text: text.replace("Student,ID,", "Student,Nr,"), "'ID'"),
    "ids twice": (lambda text: text.replace("SIS User ID", "ID"), "more than once"),
    "a student twice": (lambda text: text + '"Kim, Minji",1001,,,,,,\r\n', "lines 4, 9"),
    "no assignment": (lambda text: text.replace(" (77123)", ""), "Title (number)"),
    "two assignments": (
        lambda text: text.replace("Current Score", "Quiz (77124)"),
        "VAE homework (77123), Quiz (77124)",
    ),
    "another maximum": (lambda text: text.replace("100.00", "10"), "--scale"),
    "a row cut off": (lambda text: text.replace('minji,"Deep Learning, 01",,88.1,80', "minji"), "line 4"),
    "another language": (lambda text: text.replace("ID,SIS User ID", "번호,학번"), "'ID'"),
    "empty": (lambda text: "", "empty"),
    "binary": (lambda text: "PK\0\0", "CSV"),
}


@pytest.mark.parametrize(("damage", "says"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_gradebook_that_does_not_fit_is_refused(
    collected: Grade, tmp_path: Path, damage: Callable[[str], str], says: str
) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    assert says in refused("canvas", out, put(tmp_path / "book.csv", damage(CANVAS_BOOK)))


def test_another_maximum_can_be_scaled(collected: Grade, tmp_path: Path) -> None:
    out = collected(CANVAS, CANVAS_SCORES)
    book = put(tmp_path / "book.csv", CANVAS_BOOK.replace("100.00", "10"))
    assert b",9.25,88.1,80" in fill("canvas", out, book, scale=True).content


def test_two_submissions_of_one_student_are_refused(collected: Grade, tmp_path: Path) -> None:
    download = {
        f"{name}/{file}": text for name in ("20260001", "20260001_again") for file, text in FILES.items()
    }
    out = collected(download, {"20260001": 1.0, "20260001_again": 2.0})
    assert "20260001, 20260001_again" in refused("csv", out, put(tmp_path / "book.csv", CSV_BOOK))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for missing in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(Refusal) as caught:
            Table.read(missing)
        assert caught.value.message.id == "table.missing"


@pytest.mark.parametrize("content", [None, "[]", "{", '{"kim": {"file": 3}}'])
def test_a_folder_that_grade_did_not_make_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "submissions.json").write_text(content)
    with pytest.raises(Refusal) as caught:
        back.read_roster(tmp_path)
    assert caught.value.message.id == "export.no_results"


def test_points_that_are_not_there_are_refused(collected: Grade, tmp_path: Path, autograder: Command) -> None:
    """Without marks only the points for code exist: asking for those of the answers writes nothing."""
    out, book = collected(CANVAS, CANVAS_SCORES), put(tmp_path / "book.csv", CANVAS_BOOK)
    ended = autograder("export", "canvas", out, book, "--points", "written")
    assert ended.status == 2 and "--marks" in ended.error and book.read_bytes() == CANVAS_BOOK.encode()
    assert autograder("export", "canvas", out, book, "--points", "code").status == 0
    assert book.read_bytes() == canvas_filled(CANVAS_BOOK).encode()
