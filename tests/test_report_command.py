"""``autograder report`` and what ``grade`` and ``report`` say: to people, to scripts, and about bad folders."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from made_up import results, write_pictures, write_results
from rich.console import Console

from autograder.commands import summary
from autograder.files import safe_name
from autograder.messages import misconception
from autograder.outfolder import sole_use
from autograder.report import write_reports
from autograder.report.facts import Spread, facts
from autograder.report.reading import read_results
from autograder.results import Measured, Result
from tests.console import Command
from tests.pages import MEASURED

HANGUL = re.compile("[가-힣]")
MADE = results(20)


@pytest.fixture
def report(autograder: Command) -> Command:
    """``status, said, complained = report(OUT, ...)``: run the console script in this process."""
    return partial(autograder, "report")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_results(tmp_path / "out", MADE)
    return tmp_path / "out"


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- drawing again -----------------------------------------------------------------------------------------


def test_report_draws_what_grade_drew_and_leaves_results_and_grades_alone(
    report: Callable[..., Any], out: Path
) -> None:
    write_pictures(out, MADE)
    (out / "grades.csv").write_text("with a column of my own")
    write_reports(out, MADE, "en")
    drawn = files(out)
    assert len([name for name in drawn if name.endswith(".png")]) == len(MADE)
    for name in drawn:
        if name == "index.html" or name.startswith("feedback") or name.endswith(".png"):
            (out / name).unlink()
    assert report(out)[0] == 0
    assert files(out) == drawn


def test_grades_that_are_missing_are_written(report: Callable[..., Any], out: Path) -> None:
    assert report(out)[0] == 0
    assert len((out / "grades.csv").read_text(encoding="utf-8-sig").splitlines()) == 1 + len(MADE)


def test_pages_open_in_the_language_asked_for(report: Callable[..., Any], out: Path) -> None:
    assert report(out, "--lang", "ko")[0] == 0
    for page in (out / "index.html", next((out / "feedback").iterdir())):
        assert '<html lang="ko">' in page.read_text(encoding="utf-8")


def test_files_keep_their_names_where_half_of_the_class_is_gone(
    report: Callable[..., Any], tmp_path: Path
) -> None:
    """Kim's files have no hash in their names; kim's do, even when Kim's are gone."""
    out = tmp_path / "out"
    name = safe_name("kim", {"Kim"})
    write_results(out, [replace(MADE[0], submission="kim")])
    (out / "results" / "kim.json").rename(out / "results" / f"{name}.json")
    assert report(out)[0] == 0
    assert [page.stem for page in (out / "feedback").iterdir()] == [name] != ["kim"]


def test_pictures_that_are_damaged_are_left_out(report: Callable[..., Any], out: Path) -> None:
    write_pictures(out, MADE[:3])
    (out / "pictures" / f"{MADE[0].submission}.safetensors").write_bytes(b"\xff" * 100)
    (out / "pictures" / f"{MADE[1].submission}.safetensors").write_bytes(b"")
    assert report(out)[0] == 0
    assert [path.stem for path in (out / "pictures").glob("*.png")] == [MADE[2].submission]


# --- bad folders -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ["nothing", "empty", "empty results", "no result in it", "a file"])
def test_a_folder_without_results_is_refused_and_nothing_is_written(
    report: Callable[..., Any], tmp_path: Path, made: str
) -> None:
    place = tmp_path / "out"
    if made == "a file":
        place.write_text("text")
    elif made != "nothing":
        (place / ("results" if made != "empty" else "")).mkdir(parents=True)
    if made == "no result in it":
        (place / "results" / "kim.json").write_text("{}")
    before = files(tmp_path)
    status, said, complained = report(place)
    korean, english = complained.splitlines()
    assert (status, said) == (2, "") and HANGUL.search(korean) and str(place) in english
    assert files(tmp_path) == before


def test_results_that_can_not_be_read_are_named_and_the_others_are_drawn(
    report: Callable[..., Any], out: Path
) -> None:
    first, second, third, *_ = sorted((out / "results").iterdir())
    first.write_text("")
    second.write_bytes(b"\xff\xfe")
    third.with_name("copy.json").write_bytes(third.read_bytes())
    status, said, complained = report(out)
    assert status == 3 and len(complained.splitlines()) == 2
    assert first.name in complained and second.name in complained and "Traceback" not in said
    assert len(list((out / "feedback").iterdir())) == len(MADE) - 2


@pytest.mark.parametrize("without", ["notes", "digest", "isolation", "versions", "checks", "adjustments"])
def test_a_result_of_an_older_kit_is_filled_in(without: str) -> None:
    record = json.loads(MADE[0].to_json())
    del record[without]
    record["invented_later"] = {"x": [1]}
    result = Result.from_json(json.dumps(record))
    assert (result.submission, result.score) == (MADE[0].submission, MADE[0].score)
    assert "<title" in str(write_one(result))


def write_one(result: Result) -> str:
    from autograder.report import class_page

    return class_page([result], {result.submission: "feedback/x.html"}, "en")


@pytest.mark.parametrize(
    "text", ["", "[]", "5", "null", '{"checks": 5}', '{"checks": [5]}', '{"submission": "x"}']
)
def test_what_is_no_result_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        Result.from_json(text)


def test_a_folder_that_is_being_graded_is_refused(report: Callable[..., Any], out: Path) -> None:
    with sole_use(out):
        status, _, complained = report(out)
    assert status == 2 and len(complained.splitlines()) == 2
    assert not (out / "index.html").exists()


# --- what is said ------------------------------------------------------------------------------------------


def test_without_a_terminal_the_table_is_plain_text(report: Callable[..., Any], out: Path) -> None:
    status, said, complained = report(out)
    assert (status, complained) == (0, "")
    assert not re.search(r"[\u2500-\u257f\x1b]", said)
    for result in MADE:
        row = next(line for line in said.splitlines() if line.startswith(result.submission))
        assert result.status in row
    assert "Submissions: 20" in said and "mean" in said and "Hardest checks" in said and "Mistakes" in said
    assert str(out / "index.html") in said


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_functions_compute_stands_below_its_misconception(
    capsys: pytest.CaptureFixture[str], language: str
) -> None:
    known, unnamed = MEASURED[0], MEASURED[2]
    flipped = replace(MADE[0].checks[0], id="kl_value", misconception="kl-sign")
    summary.print_facts(facts([replace(MADE[0], checks=(flipped,), measured=(known, unnamed))]), language)
    *_, what, named, other = capsys.readouterr().out.splitlines()
    assert what == f"     1  {misconception('kl-sign', language)['what']}"
    assert named == f"         1  kl_divergence: {known.said(language)}"
    assert other == f"     1  reparameterize: {unnamed.text}"


def test_a_terminal_gets_a_table_with_lines(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(summary, "Console", lambda: Console(width=200))
    summary.print_facts(facts(MADE), "ko")
    said = capsys.readouterr().out
    assert "│" in said and "제출물: 20개" in said


def test_quiet_says_nothing_at_all(report: Callable[..., Any], out: Path) -> None:
    assert report(out, "--quiet") == (0, "", "")


def test_json_has_the_same_facts(report: Callable[..., Any], out: Path) -> None:
    status, said, _ = report(out, "--json")
    record, found = json.loads(said), facts(MADE)
    assert status == 0 and record["count"] == 20
    assert record["mean"] == found.scores.mean and record["statuses"] == found.statuses
    assert [check["id"] for check in record["checks"]] == [rate.id for rate in found.rates]
    assert {row["submission"]: row["score"] for row in record["submissions"]} == {
        r.submission: r.score for r in MADE
    }
    assert all(
        Path(row["feedback"]).is_file() and Path(row["result"]).is_file() for row in record["submissions"]
    )
    for row in record["misconceptions"]:
        for name in row["submissions"]:
            result = next(result for result in MADE if result.submission == name)
            shown = {each.misconception for each in result.checks}
            assert row["id"] in shown
    told = [(row["stub"], row["id"], name) for row in record["measured"] for name in row["submissions"]]
    assert (
        sorted(told) == sorted((each.stub, each.id, r.submission) for r in MADE for each in r.measured) != []
    )
    assert all("curve" not in row["values"] for row in record["measured"])


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "name", ["\x1b[31mred\x07", "\u202egnp.exe", "half \ud800", "[bold]x[/bold]", "x" * 10_000, ""]
)
def test_names_do_not_steer_a_terminal(capsys: pytest.CaptureFixture[str], name: str, language: str) -> None:
    checks = tuple(replace(check, id=name, title=name, misconception=name) for check in MADE[0].checks)
    measured = (
        Measured(name, name, {"yours": name}, name),
        Measured("f", "measured.raises", {"raised": name}, ""),
    )
    made = replace(MADE[0], submission=name, checks=checks, measured=measured)
    summary.print_facts(facts([made]), language)
    said = capsys.readouterr().out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", said)
    assert name != "[bold]x[/bold]" or "[bold]x[/bold]" in said


# --- facts -------------------------------------------------------------------------------------------------


def test_every_value_is_in_the_bin_that_its_edges_name() -> None:
    spread = Spread.of([0, 9.9, 10, 95, 100, 100, -5, 120], 100)
    assert spread.counts == (3, 1, 0, 0, 0, 0, 0, 0, 0, 4)
    assert spread.edges[0] == (0, 10) and spread.edges[-1] == (90, 100)
    assert sum(Spread.of([], 0).counts) == 0 and Spread.of([], 0).mean is None


def test_facts_leave_out_what_the_grader_could_not_grade() -> None:
    found = facts([*MADE, replace(MADE[0], submission="zz", score=None, status="failed")])
    assert "zz" in found.ungraded and len(found.scores.values) == len(
        [r for r in MADE if r.score is not None]
    )


def test_results_lie_where_they_were_read(out: Path) -> None:
    graded = read_results(out)
    assert graded.unreadable == () and graded.names == {r.submission: r.submission for r in MADE}
