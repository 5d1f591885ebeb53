"""Many submissions: what is kept and what is graded again, and what happens when a process of the grader dies.

test_engine.py tests the same through the command line.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import rounds
from autograder.fingerprint import fingerprint
from autograder.homework import homework
from autograder.intake import Source, Submission, find, load
from autograder.messages import Message
from autograder.outfolder import Folder, in_language, run_seed, still_valid
from autograder.results import Check, Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault
from tests.engine import failed, grade_each

QUICK = {"loss.py": "raise NotImplementedError\n"}
SLEEPY = {"loss.py": "import time\ntime.sleep(1000)\n"}
Files = dict[str, tuple[bytes, int]]
Grade = Callable[..., list[Result]]


@pytest.fixture
def lent(warm_parent: WarmParent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lend the session's warm parent to every run; returns the list of the tiers that were launched."""
    launched: list[str] = []

    def launch(tier: str, *_: object, **__: object) -> WarmParent:
        launched.append(tier)
        return replace(warm_parent, control=warm_parent.control.dup(), scratch=str(tmp_path / "none"))

    monkeypatch.setattr(WarmParent, "launch", launch)
    return launched


@pytest.fixture
def grade_all(lent: list[str], run: Run, tmp_path: Path) -> Grade:
    """``results = grade_all(folder)``, sorted by name; takes ``only``, ``fresh``, ``jobs`` and a run's fields."""

    def graded(
        place: Path, jobs: int = 2, fresh: bool = False, only: str | None = None, **changed: Any
    ) -> list[Result]:
        sources = find(place)
        folder = Folder.of(tmp_path / "out", sources)
        sources = [source for source in sources if only in (None, source.name)]
        results = list(grade_each(sources, folder, replace(run, **changed), jobs, fresh))
        folder.write_summary(changed.get("language", "en"))
        return sorted(results, key=lambda result: result.submission)

    return graded


@pytest.fixture
def a_class(put_in: Callable[..., Path]) -> Path:
    return put_in(dict.fromkeys(("an", "bae", "choi"), QUICK))


@pytest.fixture
def finished(a_class: Path, tmp_path: Path, run: Run, warm_parent: WarmParent) -> Path:
    """The class, with a result in OUT for each submission that this kit accepts as its own."""
    sources = find(a_class)
    folder = Folder.of(tmp_path / "out", sources)
    check = Check("kl_scalar", "loss", "", 0.0, 2.0, "failed", "", "check.not_finite", {"called": "f()"})
    for source in sources:
        submission = load(source)
        result = failed(submission, run, SandboxFault(""), warm_parent.tier)
        result = replace(result, status="graded", score=0.0, seconds=1.5, notes=(), checks=(check,))
        folder.write(in_language(replace(result, versions={"checks": fingerprint()}), "en"))
    folder.write_summary("en")
    return a_class


def written(tmp_path: Path) -> Files:
    """Content and modification time of each result's file."""
    folder = tmp_path / "out" / "results"
    return {path.stem: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def graded_anew(before: Files, after: Files) -> set[str]:
    return {name for name in after if before.get(name) != after[name]}


def statuses(results: list[Result]) -> dict[str, str]:
    return {result.submission: result.status for result in results}


# --- continuing ------------------------------------------------------------------------------------------


def test_a_finished_run_is_kept_byte_for_byte(grade_all: Grade, a_class: Path, tmp_path: Path) -> None:
    first = grade_all(a_class)
    before = written(tmp_path)
    assert set(before) == {"an", "bae", "choi"}
    assert grade_all(a_class) == first
    assert written(tmp_path) == before


CHANGES_IN_FILES: dict[str, tuple[Callable[[Path, Path], Any], set[str]]] = {
    "another file": (lambda place, out: (place / "bae" / "loss.py").write_text("raise OSError\n"), {"bae"}),
    "one file more": (lambda place, out: (place / "bae" / "model.py").write_text("raise OSError\n"), {"bae"}),
    "result deleted": (lambda place, out: (out / "results" / "an.json").unlink(), {"an"}),
    "result cut off": (lambda place, out: (out / "results" / "an.json").write_text('{"submission"'), {"an"}),
    "result no text": (lambda place, out: (out / "results" / "an.json").write_bytes(b"\xff\xfe\0"), {"an"}),
    "csv deleted": (lambda place, out: (out / "grades.csv").unlink(), set()),
    "page deleted": (lambda place, out: (out / "feedback" / "an.html").unlink(), set()),
    "a file that is not graded": (lambda place, out: (place / "bae" / "notes.txt").write_text("!"), set()),
    "only touched": (lambda place, out: os.utime(place / "bae" / "loss.py"), set()),
}


@pytest.mark.parametrize(("change", "anew"), CHANGES_IN_FILES.values(), ids=CHANGES_IN_FILES.keys())
def test_what_has_changed_is_graded_again_and_nothing_else(
    grade_all: Grade, finished: Path, tmp_path: Path, change: Callable[[Path, Path], Any], anew: set[str]
) -> None:
    before = written(tmp_path)
    change(finished, tmp_path / "out")
    results = grade_all(finished)
    assert graded_anew(before, written(tmp_path)) == anew
    assert list(statuses(results)) == ["an", "bae", "choi"]
    assert (tmp_path / "out" / "grades.csv").exists()
    assert (tmp_path / "out" / "feedback" / "an.html").exists()


def test_fresh_grades_all_again(grade_all: Grade, finished: Path, tmp_path: Path) -> None:
    before = written(tmp_path)
    grade_all(finished, fresh=True)
    assert graded_anew(before, written(tmp_path)) == {"an", "bae", "choi"}


def test_another_seed_grades_all_again(grade_all: Grade, finished: Path, tmp_path: Path) -> None:
    before = written(tmp_path)
    results = grade_all(finished, seed=99)
    assert graded_anew(before, written(tmp_path)) == {"an", "bae", "choi"}
    assert {result.seed for result in results} == {99}


def test_only_one_is_graded_and_the_others_stay_in_the_summary(
    grade_all: Grade, finished: Path, tmp_path: Path
) -> None:
    before = written(tmp_path)
    for name in ("an", "bae"):
        (finished / name / "loss.py").write_text("raise OSError\n")
    assert list(statuses(grade_all(finished, only="bae"))) == ["bae"]
    assert graded_anew(before, written(tmp_path)) == {"bae"}
    rows = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.partition(",")[0] for row in rows] == ["submission", "an", "bae", "choi"]


def test_another_language_draws_the_words_anew_and_grades_nothing(
    grade_all: Grade, finished: Path, tmp_path: Path
) -> None:
    english = grade_all(finished)
    korean = grade_all(finished, language="ko")
    assert [result.seconds for result in korean] == [1.5, 1.5, 1.5]
    for one, other in zip(english, korean, strict=True):
        assert [check.message_id for check in one.checks] == [check.message_id for check in other.checks]
        assert one.checks[0].message != other.checks[0].message
        assert one.checks[0].title != other.checks[0].title
    assert 'lang="ko"' in (tmp_path / "out" / "feedback" / "an.html").read_text(encoding="utf-8")
    assert grade_all(finished) == english


def test_a_removed_submission_leaves_the_summary(grade_all: Grade, finished: Path, tmp_path: Path) -> None:
    (finished / "bae" / "loss.py").unlink()
    (finished / "bae").rmdir()
    grade_all(finished)
    assert "bae" not in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8-sig")


def test_identical_files_get_identical_points_and_records(
    grade_all: Grade, put_in: Callable[..., Path], solution: Mapping[str, bytes]
) -> None:
    files = {"loss.py": solution["loss.py"].replace(b"return 0.5 *", b"return 0.4 *")}
    results = grade_all(put_in(dict.fromkeys(("an", "bae", "choi"), files)))
    assert len({replace(result, submission="", seconds=0.0).to_json() for result in results}) == 1
    assert 0 < (results[0].score or 0) < 30


CHANGES: dict[str, dict[str, Any]] = {
    "status": {"status": "failed", "score": None},
    "submission": {"submission": "lee"},
    "digest": {"digest": "other"},
    "notes": {"notes": (Message("intake.letter_case", {"file": "loss.py", "path": "Loss.py"}),)},
    "dataset": {"dataset": "mnist"},
    "device": {"device": "cuda"},
    "seed": {"seed": 1},
    "isolation": {"isolation": "weak"},
    "checks": {"versions": {"checks": "0" * 16}},
    "no versions": {"versions": {}},
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
def test_a_result_that_would_be_another_now_is_not_valid(run: Run, changed: dict[str, Any]) -> None:
    submission = Submission("kim", {}, {}, (), "digest")
    result = replace(
        failed(submission, run, SandboxFault("x"), "landlock"),
        status="graded",
        score=0.0,
        notes=(),
        versions={"checks": fingerprint()},
    )
    assert still_valid(result, submission, run, ("landlock",))
    assert not still_valid(replace(result, **changed), submission, run, ("landlock",))
    assert not still_valid(None, submission, run, ("landlock",))


def test_words_change_and_nothing_else() -> None:
    check = Check("kl_scalar", "loss", "t", 0, 2, "failed", "m", "check.not_finite", {"called": "f()"}, None)
    result = Result("kim", 0.0, 100, "graded", "digits", "cpu", 1, 0.5, (check,))
    korean = in_language(result, "ko")
    assert korean.checks[0].message == Message("check.not_finite", {"called": "f()"}).text("ko")
    assert replace(korean, checks=(replace(korean.checks[0], title="t", message="m"),)) == result


def test_the_graders_files_have_one_fingerprint() -> None:
    assert len(fingerprint()) == 16
    assert fingerprint() == fingerprint.__wrapped__()


# --- the seed --------------------------------------------------------------------------------------------


def test_the_seed_is_drawn_once_and_kept(tmp_path: Path) -> None:
    first = run_seed(tmp_path, None, fresh=False)
    assert run_seed(tmp_path, None, fresh=False) == first
    assert json.loads((tmp_path / "run.json").read_text()) == {"seed": first}


def test_a_seed_that_is_asked_for_is_kept(tmp_path: Path) -> None:
    run_seed(tmp_path, None, fresh=False)
    assert run_seed(tmp_path, 5, fresh=False) == 5
    assert run_seed(tmp_path, None, fresh=False) == 5


def test_fresh_draws_another_seed(tmp_path: Path) -> None:
    assert len({run_seed(tmp_path, None, fresh=True) for _ in range(4)}) == 4


@pytest.mark.parametrize("content", ["", "{}", "[]", "nope", '{"seed": null}', "\0"])
def test_a_damaged_seed_is_drawn_again(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    seed = run_seed(tmp_path, None, fresh=False)
    assert run_seed(tmp_path, None, fresh=False) == seed


# --- names -----------------------------------------------------------------------------------------------


def test_names_that_a_file_system_mixes_up_get_files_of_their_own(tmp_path: Path) -> None:
    names = ["kim", "Kim", "../kim", "CON", "김", "a/b", "..."]
    folder = Folder.of(tmp_path, [Source(name, tmp_path) for name in names])
    assert len({name.casefold() for name in folder.names.values()}) == len(names)
    for name in names:
        folder.write(Result(name, None, 100, "failed", "digits", "cpu", 1, 0.0))
    assert [folder.read(name).submission for name in names] == names  # type: ignore[union-attr]
    assert {path.parent for path in tmp_path.rglob("*.json")} == {tmp_path / "results"}


# --- processes of the grader that die --------------------------------------------------------------------


class Deadly:
    """Ends the process that unpickles it, as running out of memory would."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


def deadly_where(name: str) -> Callable[[Source], Submission]:
    def loaded(source: Source) -> Submission:
        submission = load(source)
        return replace(submission, files={"loss.py": Deadly()}) if source.name == name else submission

    return loaded


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_submission_that_always_kills_its_worker_fails_alone(
    grade_all: Grade, put_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    place = put_in(dict.fromkeys(("an", "bae", "choi", "do"), QUICK))
    monkeypatch.setattr(rounds, "load", deadly_where("bae"))
    results = grade_all(place, jobs=jobs)
    assert statuses(results) == {"an": "graded", "bae": "failed", "choi": "graded", "do": "graded"}
    assert results[1].score is None


def test_a_worker_that_is_killed_while_grading_costs_nobody_anything(
    grade_all: Grade, put_in: Callable[..., Path]
) -> None:
    """It is killed as soon as it exists; because one submission sleeps, the run is not over by then."""
    place = put_in({"an": QUICK, "slow": SLEEPY, "choi": QUICK})
    results: list[Result] = []
    lazy = replace(homework(), wall_seconds=10.0)  # the control has this limit too
    thread = threading.Thread(target=lambda: results.extend(grade_all(place, jobs=1, homework=lazy)))
    thread.start()
    while not (workers := multiprocessing.active_children()):
        time.sleep(0.01)
    for worker in workers:
        os.kill(worker.pid or 0, signal.SIGKILL)
    thread.join()
    assert statuses(results) == {"an": "graded", "choi": "graded", "slow": "timeout"}


def test_a_worker_that_dies_between_two_submissions_is_replaced(
    lent: list[str], run: Run, a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = find(a_class)

    def deadly_before(source: Source) -> Submission:
        if source.name == "bae" and len(lent) == 1:
            for worker in multiprocessing.active_children():
                os.kill(worker.pid or 0, signal.SIGKILL)
                worker.join()
            time.sleep(0.5)  # for the pool to notice
        return load(source)

    monkeypatch.setattr(rounds, "load", deadly_before)
    results = list(grade_each(sources, Folder.of(tmp_path, sources), run, 1))
    assert statuses(results) == {"an": "graded", "bae": "graded", "choi": "graded"}
    assert len(lent) == 2


def test_a_warm_parent_that_is_gone_is_replaced(
    run: Run, a_class: Path, tmp_path: Path, warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[WarmParent] = []

    def launch(*_: object, **__: object) -> WarmParent:
        if launched:
            control = warm_parent.control.dup()
        else:  # the first one has nobody at its other end
            control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            theirs.close()
        launched.append(replace(warm_parent, control=control, scratch=str(tmp_path / "none")))
        return launched[-1]

    monkeypatch.setattr(WarmParent, "launch", launch)
    sources = find(a_class)
    results = list(grade_each(sources, Folder.of(tmp_path, sources), run, 2))
    assert statuses(results) == {"an": "graded", "bae": "graded", "choi": "graded"}
    assert len(launched) == 2


def test_a_run_that_is_given_up_leaves_no_process_and_keeps_what_is_done(
    lent: list[str], run: Run, put_in: Callable[..., Path], tmp_path: Path
) -> None:
    sources = find(put_in({"an": QUICK, "slow": SLEEPY}))
    folder = Folder.of(tmp_path / "out", sources)
    grading = grade_each(sources, folder, run, 2)
    first = next(grading)
    grading.close()
    patience = time.monotonic() + 30
    while multiprocessing.active_children() and time.monotonic() < patience:
        time.sleep(0.05)
    assert multiprocessing.active_children() == []
    assert folder.read("an") == first
    assert set(written(tmp_path)) == {"an"}


# --- a whole class ---------------------------------------------------------------------------------------


def test_every_kind_of_submission_gets_a_result_and_a_row(
    grade_all: Grade, put_in: Callable[..., Path], solution: Mapping[str, bytes], tmp_path: Path
) -> None:
    place = put_in(
        {
            "good": solution,
            "empty": {"readme.txt": "nothing here"},
            "broken": dict.fromkeys(homework().files, "def f(:\n"),
            "=HYPERLINK(1)": QUICK,
        }
    )
    results = grade_all(place)
    assert {result.submission: (result.status, result.score) for result in results} == {
        "good": ("graded", homework().max_score),
        "empty": ("rejected", 0),
        "broken": ("graded", 0),
        "=HYPERLINK(1)": ("graded", 0),
    }
    content = (tmp_path / "out" / "grades.csv").read_bytes()
    header = b"submission,score,max_score,status,reparameterize,loss,training,latent\r\n"
    assert content.startswith(b"\xef\xbb\xbf" + header)
    assert b"\n=HYPERLINK" not in content
    most = f"{homework().max_score:g}"
    points = ",".join(f"{part.points:g}" for part in homework().parts.values())
    assert f"good,{most},{most},graded,{points}\r\n".encode() in content
    assert f"empty,0,{most},rejected,0,0,0,0\r\n".encode() in content
