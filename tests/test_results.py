"""Results: what is written can be read again by people, by strict readers and by spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.files import inert, write_atomically
from autograder.messages import Message
from autograder.results import Check, Measured, Result, header, number, to_csv

CHECK = Check(
    "loss.bce", "loss", "BCE", 7.5, 10.0, "failed", "Got 1.", "intake.missing", {"file": "loss.py"}, "mean"
)
RESULT = Result(
    submission="홍길동",
    score=7.5,
    max_score=100.0,
    status="graded",
    dataset="digits",
    device="cpu",
    seed=7,
    seconds=1.25,
    checks=(CHECK, replace(CHECK, id="latent.x", part="latent", points=0.1), replace(CHECK, points=0.2)),
    notes=(Message("intake.missing", {"file": "model.py"}),),
    digest="ab",
    isolation="full",
    versions={"torch": "2"},
    measured=(Measured("kl_divergence", "measured.raises", {"raised": "TypeError"}, "recorded"),),
)
FAILED = replace(RESULT, submission="b", score=None, status="failed", checks=())


def rows(*results: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(results).decode("utf-8-sig"), newline="")))


def test_json_round_trip() -> None:
    for result in (RESULT, FAILED, replace(RESULT, checks=(), notes=())):
        assert Result.from_json(result.to_json()) == result


def test_json_has_what_the_contract_names() -> None:
    record = json.loads(RESULT.to_json())
    assert {
        "submission",
        "score",
        "max_score",
        "status",
        "dataset",
        "device",
        "seed",
        "seconds",
        "checks",
    } <= set(record)
    assert {"id", "part", "title", "points", "max_points", "outcome", "message", "misconception"} <= set(
        record["checks"][0]
    )
    assert record["submission"] == "홍길동" and "홍길동" in RESULT.to_json()
    assert record["checks"][0]["message_id"] == "intake.missing"
    assert record["checks"][0]["values"] == {"file": "loss.py"}


def test_what_an_older_kit_did_not_record_gets_its_default() -> None:
    record = json.loads(RESULT.to_json())
    del record["measured"]
    assert Result.from_json(json.dumps(record)) == replace(RESULT, measured=())


def test_json_stays_strict_and_encodable_whatever_students_raised() -> None:
    values = {"got": float("nan"), "all": (1, float("-inf"), {"x": float("inf")}), "text": "half \ud800 pair"}
    text = replace(RESULT, checks=(replace(CHECK, values=values, message="\udfff\0\x1b"),)).to_json()

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    record = json.loads(text.encode("utf-8"), parse_constant=refuse)["checks"][0]
    assert record["values"] == {"got": "nan", "all": [1, "-inf", {"x": "inf"}], "text": "half \ud800 pair"}
    assert record["message"] == "\udfff\0\x1b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        "{}",
        '{"checks": [], "notes": []}',
        RESULT.to_json()[:-20],
        RESULT.to_json().replace('"outcome"', '"outcomes"'),
        RESULT.to_json().replace('"graded"', '"fine"'),
    ],
)
def test_what_is_not_a_result_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Result.from_json(text)


def test_a_message_can_be_drawn_in_the_other_language() -> None:
    assert "loss.py" in CHECK.text("ko") and CHECK.text("ko") != CHECK.text("en")


def test_a_statement_is_worded_again_or_as_it_was_recorded() -> None:
    (known,) = RESULT.measured
    assert "TypeError" in known.said("ko") and known.said("ko") != known.said("en")
    for other in (replace(known, id="measured.of_a_newer_kit"), replace(known, values={})):
        assert other.said("ko") == other.said("en") == "recorded"


def test_part_points() -> None:
    assert RESULT.part_points("loss") == pytest.approx(7.7)
    assert RESULT.part_points("training") == 0
    assert FAILED.part_points("loss") is None


@pytest.mark.parametrize(
    ("points", "text"),
    [(None, ""), (0, "0"), (0.0, "0"), (20.0, "20"), (7.5, "7.5"), (0.1 + 0.2, "0.3"), (100, "100")],
)
def test_number(points: float | None, text: str) -> None:
    assert number(points) == text


def test_csv_has_a_mark_for_excel_and_the_exact_header() -> None:
    content = to_csv([RESULT])
    assert content.startswith(
        b"\xef\xbb\xbf" + b"submission,score,max_score,status,reparameterize,loss,training,latent\r\n"
    )
    assert ",".join(header()) in content.decode("utf-8-sig")
    assert "홍길동,7.5,100,graded,0,7.7,0,0.1\r\n" in content.decode("utf-8-sig")


def test_csv_is_sorted_by_name() -> None:
    names = ["b", "홍", "a,c", 'q"uote', "Z"]
    assert [
        row["submission"] for row in rows(*(replace(RESULT, submission=name) for name in names))
    ] == sorted(names)


def test_csv_leaves_points_empty_where_the_grader_failed() -> None:
    assert rows(FAILED) == [
        dict.fromkeys(header(), "") | {"submission": "b", "max_score": "100", "status": "failed"}
    ]


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\tx",
    "\r=1",
    "\nx",
    " =1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "﹣1",
]
FORMULAS += ["\u200b=1", "\ufeff=1", "\u3000=1", "\u00a0-1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("name", FORMULAS)
def test_csv_has_no_cell_that_a_spreadsheet_takes_for_a_formula(name: str) -> None:
    assert inert(name) == "'" + name
    (row,) = rows(replace(RESULT, submission=name))
    assert row["submission"] == "'" + name and row["score"] == "7.5"


@pytest.mark.parametrize("name", ["kim", "kim-lee", "a=b", "홍길동", "", " kim", "1+1", "(=1)", "'x"])
def test_csv_leaves_other_cells_alone(name: str) -> None:
    assert inert(name) == name


@pytest.mark.parametrize("name", ["kim;=1+1", "kim\t=1+1", "kim|=1", 'kim";=1'])
def test_csv_quotes_names_that_another_separator_would_split(name: str) -> None:
    text = to_csv([replace(RESULT, submission=name)]).decode("utf-8-sig")
    assert '\n"' + name.replace('"', '""') + '","7.5"' in text
    assert rows(replace(RESULT, submission=name))[0]["submission"] == name


def test_csv_survives_names_that_are_no_unicode() -> None:
    assert rows(replace(RESULT, submission="a\udc80b"))[0]["submission"] == "a?b"


def test_atomic_write_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "results" / ("김" * 80 + ".json")
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == [path.name]


def test_atomic_write_respects_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "x", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


@pytest.mark.parametrize("broken", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_atomic_write_leaves_no_half_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, error: type[BaseException]
) -> None:
    path = tmp_path / "grades.csv"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, broken, fail)
    with pytest.raises(error):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["grades.csv"]


def test_atomic_write_does_not_write_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"keep")
    (tmp_path / "link").symlink_to("target")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "target").read_bytes() == b"keep"
    assert not (tmp_path / "link").is_symlink()
