"""A result can be reproduced: the same outcome of each check, or what is different now."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import reproduce
from autograder.intake import find, load
from autograder.results import Check, Result
from autograder.rounds import Grading
from autograder.run import Run
from autograder.sandbox.ends import SandboxFault
from autograder.vae.checks.band import centre_of, held
from tests.console import Command
from tests.engine import failed, ran

FILES = {"loss.py": "raise NotImplementedError\n"}
HANGUL = re.compile("[가-힣]")


@pytest.fixture
def recorded(put_in: Callable[..., Path], run: Run) -> Result:
    """A result for the submission class/kim."""
    (source,) = find(put_in({"kim": FILES}) / "kim")
    checks = tuple(
        Check(name, "loss", "", points, 2.0, "passed" if points else "failed", "", "check.not_finite", {})
        for name, points in (("kl_scalar", 2.0), ("kl_value", 0.0))
    )
    versions = {"autograder": "0.1.0", "torch": "2.15.0", "checks": "abc"}
    return Result(
        "kim", 2.0, 100, "graded", "digits", "cpu", 7, 1.0, checks, (), load(source).digest, "namespaces", versions
    )  # fmt: skip


@pytest.fixture
def now(recorded: Result, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What grading finds this time, as changes to the recorded result; ``run`` is the run that it was given."""
    plan: dict[str, Any] = {"changes": {}}

    def results(grading: Grading) -> Iterator[Result]:
        if "fault" in plan:
            raise plan["fault"]
        plan["run"] = grading.run
        for source in grading.waiting:
            fresh = {"submission": source.name, "digest": load(source).digest}
            yield grading.folder.keep(replace(recorded, **fresh, **plan["changes"]))

    monkeypatch.setattr(Grading, "results", results)
    return plan


@pytest.fixture
def file(recorded: Result, tmp_path: Path) -> Path:
    path = tmp_path / "kim.json"
    path.write_text(recorded.to_json(), encoding="utf-8")
    return path


def test_the_same_is_said_and_status_0(
    autograder: Command, file: Path, now: dict[str, Any], tmp_path: Path
) -> None:
    status, out, _ = autograder("reproduce", file, tmp_path / "class" / "kim")
    assert status == 0
    assert "2 of 2 checks" in out and "kl_value" in out
    assert (now["run"].seed, now["run"].dataset, now["run"].device) == (7, "digits", "cpu")


@pytest.mark.parametrize("place", ["class", "class/kim", "kim.zip"])
def test_a_class_a_folder_and_a_zip_can_be_pointed_to(
    autograder: Command, file: Path, now: dict[str, Any], tmp_path: Path, place: str
) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as archive:
        archive.write(tmp_path / "class" / "kim" / "loss.py", "some/where/loss.py")
    assert autograder("reproduce", file, tmp_path / place)[0] == 0


def test_deep_files_of_one_student_are_not_taken_for_a_class(
    autograder: Command, recorded: Result, now: dict[str, Any], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / "deep" / name).mkdir(parents=True)
    (tmp_path / "deep" / "one" / "loss.py").write_text(FILES["loss.py"])
    (tmp_path / "result.json").write_text(recorded.to_json())
    assert autograder("reproduce", tmp_path / "result.json", tmp_path / "deep")[0] == 0


def checks(recorded: Result, **changes: Any) -> tuple[Check, ...]:
    return (recorded.checks[0], replace(recorded.checks[1], **changes))


CHANGES: dict[str, tuple[Callable[[Result], dict[str, Any]], str]] = {
    "outcome": (lambda it: {"checks": checks(it, outcome="error")}, "1 of 2 checks differ"),
    "points": (lambda it: {"checks": checks(it, points=1.0)}, "1 of 2 checks differ"),
    "a check less": (lambda it: {"checks": it.checks[:1]}, "1 of 2 checks differ"),
    "a check more": (lambda it: {"checks": (*it.checks, replace(it.checks[0], id="new"))}, "1 of 3 checks differ"),
    "status": (lambda it: {"status": "timeout"}, "0 of 2 checks differ"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES.keys())
def test_another_finding_is_status_1(
    autograder: Command, recorded: Result, file: Path, now: dict[str, Any], tmp_path: Path, change: Any, said: str
) -> None:  # fmt: skip
    now["changes"] = change(recorded)
    status, out, _ = autograder("reproduce", file, tmp_path / "class")
    assert status == 1
    assert said in out


@pytest.mark.parametrize("centre", [308.0, None], ids=["quoted", "of before"])
def test_the_short_run_is_held_to_the_loss_that_the_result_quotes(
    autograder: Command, recorded: Result, now: dict[str, Any], tmp_path: Path, centre: float | None
) -> None:
    """Neither this machine's control nor that of a newer kit decides anything."""
    with_run = replace(recorded, checks=(*recorded.checks, ran("312")), score=12.0)
    (tmp_path / "old.json").write_text(held(with_run, centre, "ko").to_json())
    failing = held(with_run, 295.0, "en")
    assert failing.score == 2 and centre_of(failing) == 295
    now["changes"] = {"checks": failing.checks, "score": failing.score}
    status, out, _ = autograder("reproduce", tmp_path / "old.json", tmp_path / "class" / "kim")
    assert (status, "3 of 3 checks" in out) == (0, True)
    (tmp_path / "old.json").write_text(failing.to_json())
    assert autograder("reproduce", tmp_path / "old.json", tmp_path / "class" / "kim")[0] == 0
    changed = held(with_run, 312.0, "en")
    (tmp_path / "old.json").write_text(changed.to_json().replace('"centre": "312"', '"centre": "295"'))
    assert autograder("reproduce", tmp_path / "old.json", tmp_path / "class" / "kim")[0] == 1


def test_another_file_is_status_1_even_with_the_same_outcomes(
    autograder: Command, file: Path, now: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "class" / "kim" / "loss.py").write_text("raise OSError\n")
    status, out, _ = autograder("reproduce", file, tmp_path / "class")
    assert status == 1
    assert "Other files" in out


CIRCUMSTANCES = {
    "kit": ({"versions": {"autograder": "0.1.0", "torch": "2.15.0", "checks": "def"}}, "def"),
    "library": ({"versions": {"autograder": "0.1.0", "torch": "2.9.1", "checks": "abc"}}, "2.9.1"),
    "library gone": ({"versions": {"autograder": "0.1.0", "checks": "abc"}}, "torch"),
    "isolation": ({"isolation": "landlock"}, "landlock"),
}


@pytest.mark.parametrize(("changes", "said"), CIRCUMSTANCES.values(), ids=CIRCUMSTANCES.keys())
def test_other_circumstances_are_named_and_alone_change_nothing(
    autograder: Command, file: Path, now: dict[str, Any], tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    now["changes"] = changes
    for language in ("en", "ko"):
        status, out, _ = autograder("reproduce", file, tmp_path / "class", "--lang", language)
        assert status == 0
        assert said in out
        assert bool(HANGUL.search(out)) == (language == "ko")


def test_a_result_without_a_score_differs_from_one_that_has(
    autograder: Command, recorded: Result, now: dict[str, Any], tmp_path: Path
) -> None:
    without = replace(recorded, status="failed", score=None, checks=(), versions={})
    (tmp_path / "kim.json").write_text(without.to_json())
    now["changes"] = {
        "checks": recorded.checks,
        "status": "graded",
        "score": 2.0,
        "versions": recorded.versions,
    }
    status, out, _ = autograder("reproduce", tmp_path / "kim.json", tmp_path / "class")
    assert status == 1
    assert "2 of 2 checks differ" in out


UNUSABLE = {
    "no file": ["{tmp}/none.json", "{tmp}/class"],
    "a folder": ["{tmp}", "{tmp}/class"],
    "no result": ["{tmp}/other.json", "{tmp}/class"],
    "no JSON": ["{tmp}/class/kim/loss.py", "{tmp}/class"],
    "another seed than there can be": ["{tmp}/seed.json", "{tmp}/class"],
    "no submission": ["{tmp}/kim.json", "{tmp}/nobody"],
    "nothing in it": ["{tmp}/kim.json", "{tmp}/empty"],
    "a text": ["{tmp}/kim.json", "{tmp}/other.json"],
    "one argument": ["{tmp}/kim.json"],
}


@pytest.mark.parametrize("arguments", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_arguments_are_status_2_and_a_line_in_each_language(
    autograder: Command, recorded: Result, file: Path, now: dict[str, Any], tmp_path: Path, arguments: list[str]
) -> None:  # fmt: skip
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.json").write_text('{"status": "graded"}')
    seed = {**json.loads(recorded.to_json()), "seed": "7"}
    (tmp_path / "seed.json").write_text(json.dumps(seed))
    status, _, error = autograder("reproduce", *(argument.format(tmp=tmp_path) for argument in arguments))
    assert status == 2
    korean, english = error.strip().splitlines()
    assert HANGUL.search(korean) and not HANGUL.search(english)


@pytest.mark.parametrize("fault", [SandboxFault("no warm parent"), OSError(28, "No space left on device")])
def test_a_fault_of_the_grader_is_status_3(
    autograder: Command, file: Path, now: dict[str, Any], tmp_path: Path, fault: Exception
) -> None:
    now["fault"] = fault
    status, _, error = autograder("reproduce", file, tmp_path / "class")
    assert status == 3
    assert str(fault) in error


def test_no_result_this_time_is_status_3(autograder: Command, file: Path, now: dict[str, Any], run: Run, tmp_path: Path) -> None:  # fmt: skip
    (source,) = find(tmp_path / "class" / "kim")
    lost = failed(load(source), run, SandboxFault("lost"), "namespaces")
    now["changes"] = {"status": "failed", "score": None, "notes": lost.notes, "checks": ()}
    status, _, error = autograder("reproduce", file, tmp_path / "class")
    assert status == 3
    assert "lost" in error


def test_what_was_really_graded_is_reproduced(
    autograder: Command, put_in: Callable[..., Path], tmp_path: Path
) -> None:
    """The whole way, without stand-ins: grade, then reproduce; then with another file."""
    place = put_in({"lee": FILES})
    assert autograder("grade", place, "--out", tmp_path / "out")[0] == 0
    path = tmp_path / "out" / "results" / "lee.json"
    status, out, _ = autograder("reproduce", path, place)
    assert status == 0, out
    assert reproduce.read(path).seed == json.loads((tmp_path / "out" / "run.json").read_text())["seed"]
    (place / "lee" / "loss.py").write_text("import os\nos._exit(3)\n")
    status, out, _ = autograder("reproduce", path, place)
    assert status == 1
    assert "Other files" in out and "crashed" in out
