"""Nothing is lost: whatever dies, fills up or vanishes, finished results stay and nobody gets a zero for it."""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import cli, outfolder, report, rounds
from autograder.files import write_atomically
from autograder.intake import Source, Submission, find, load, tree
from autograder.outfolder import Folder
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from tests.engine import grade_each

QUICK = {"loss.py": "raise NotImplementedError\n"}
SLOW, SLOWER = (
    {"loss.py": f"import time\ntime.sleep({each})\nraise NotImplementedError\n"} for each in (12, 25)
)
ENDLESS = {"loss.py": "import os, time\nif os.fork() == 0:\n    time.sleep(1000)\ntime.sleep(1000)\n"}
CLASS = {"an": QUICK, "bae": SLOW, "choi": QUICK}
SEED = 5
VICTIMS = ("main", "worker", "control", "warm_parent", "forkserver", "supervisor")
Command = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def started(tmp_path: Path, temporary: Path) -> Iterator[Command]:
    """``process = started()``: grade tmp_path/class into tmp_path/out, in a process group of its own."""
    running = []

    def start(*arguments: object, before: Callable[[], None] = lambda: None, **variables: str) -> Any:
        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
            before()

        command = [sys.executable, "-m", "autograder", "grade", tmp_path / "class", "--out", tmp_path / "out"]
        process = subprocess.Popen(
            [*map(str, command), "--seed", str(SEED), "--jobs", "1", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temporary), **variables},
            start_new_session=True,
            preexec_fn=prepare,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit status and what was said on stderr; neither stream may hold a traceback."""
    out, error = process.communicate(timeout=300)
    assert "Traceback" not in out + error
    return process.returncode, error


def children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, path.read_text().split())
        except OSError:
            continue
    return found


def called(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def victims(main: int, role: str) -> list[int]:
    """The processes that play this role in a running grader."""
    if role == "main":
        return [main]
    if role in ("warm_parent", "forkserver"):
        return [pid for pid in children(main) if role in called(pid)]
    parent = "warm_parent" if role == "supervisor" else "forkserver"
    found = [child for pid in victims(main, parent) for child in children(pid)]
    return found[:1] if role == "control" else found  # a control starts before the first submission


def wait_for(what: Callable[[], Any], seconds: float = 300) -> Any:
    patience = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < patience, "it did not come to that"
        time.sleep(0.02)
    return found


def left_over(temporary: Path) -> list[str]:
    """Files in the temporary folder, and processes whose command line names it."""
    graders = [
        entry.name for entry in Path("/proc").glob("[0-9]*") if str(temporary) in called(int(entry.name))
    ]
    return [*graders, *(path.name for path in temporary.iterdir())]


def results(out: Path) -> dict[str, dict[str, Any]]:
    """All results, without their times and digests, so that SLOW and SLOWER do not differ."""
    return {
        path.stem: {**json.loads(path.read_text()), "seconds": 0, "digest": ""}
        for path in (out / "results").glob("[!.]*")
    }


def unfinished(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.name.endswith(".part")]


@contextmanager
def lending(warm_parent: WarmParent, scratch: Path) -> Iterator[None]:
    """Lend the session's warm parent to every run."""

    def launch(*_: object, **__: object) -> WarmParent:
        return replace(warm_parent, control=warm_parent.control.dup(), scratch=str(scratch / "none"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WarmParent, "launch", launch)
        yield


@pytest.fixture
def lent(warm_parent: WarmParent, tmp_path: Path) -> Iterator[None]:
    with lending(warm_parent, tmp_path):
        yield


@pytest.fixture(scope="module")
def undisturbed(
    warm_parent: WarmParent, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The results of CLASS when nothing happens."""
    place = tmp_path_factory.mktemp("undisturbed")
    for student, files in CLASS.items():
        (place / "class" / student).mkdir(parents=True)
        for name, text in files.items():
            (place / "class" / student / name).write_text(text)
    sources = find(place / "class")
    with lending(warm_parent, place):
        calm = replace(run, seed=SEED)
        graded = list(grade_each(sources, Folder.of(place / "out", sources), calm, 1))
    assert [result.status for result in graded] == ["graded"] * len(CLASS)
    return results(place / "out")


# --- killed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("victim", VICTIMS)
def test_whoever_is_killed_nothing_is_lost(
    victim: str,
    put_in: Callable[..., Path],
    started: Command,
    tmp_path: Path,
    temporary: Path,
    undisturbed: dict[str, Any],
) -> None:
    """The second submission is under way: it takes longer than the first control, for which an.json waits."""
    out = tmp_path / "out"
    first = out / "results" / "an.json"
    for slow in (SLOW, SLOWER):
        put_in({**CLASS, "bae": slow})
        process = started()
        wait_for(first.exists)
        if not (out / "results" / "bae.json").exists():
            break
        assert ended(process)[0] == 0  # so slow a machine needs the slower submission
        shutil.rmtree(out)
    wait_for(lambda: victims(process.pid, "supervisor"))
    before = first.read_bytes(), first.stat().st_mtime_ns
    for pid in victims(process.pid, victim)[-1:]:
        os.kill(pid, signal.SIGKILL)
    if victim == "main":
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        wait_for(lambda: not left_over(temporary), 30)
        process = started()
    assert ended(process)[0] == 0
    assert (first.read_bytes(), first.stat().st_mtime_ns) == before
    assert unfinished(out) == []
    wait_for(lambda: not left_over(temporary), 30)
    assert results(out) == undisturbed


@pytest.mark.parametrize("tier", ["namespaces", "landlock"])
def test_no_student_process_outlives_a_grader_that_is_killed(
    tier: str, put_in: Callable[..., Path], started: Command, temporary: Path
) -> None:
    """The child that this student's code forks does not outlive it either."""
    put_in({"an": ENDLESS})
    process = started(AUTOGRADER_ISOLATION=tier)

    def grandchildren() -> list[int]:
        assert process.poll() is None
        students = [pid for supervisor in victims(process.pid, "supervisor") for pid in children(supervisor)]
        return [pid for student in students for pid in children(student)]

    wait_for(grandchildren)
    process.kill()
    process.communicate()
    wait_for(lambda: not left_over(temporary), 30)


def test_an_interrupt_stops_endless_code_and_keeps_what_is_done(
    put_in: Callable[..., Path], started: Command, tmp_path: Path, temporary: Path
) -> None:
    put_in({"an": QUICK, "zzz": ENDLESS})
    out = tmp_path / "out"
    process = started()
    wait_for((out / "results" / "an.json").exists)
    wait_for(lambda: victims(process.pid, "supervisor"))
    os.killpg(process.pid, signal.SIGINT)
    status, said = ended(process)
    assert status == 130 and str(out) in said
    assert set(results(out)) == {"an"}
    assert len((out / "grades.csv").read_text().splitlines()) == 2
    assert not (out / "feedback").exists()  # for a large class they would take too long
    wait_for(lambda: not left_over(temporary), 30)


# --- one grader at a time --------------------------------------------------------------------------------


def test_what_a_killed_grader_was_writing_is_cleared_away(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "results", tmp_path / "feedback"):
        folder.mkdir(exist_ok=True)
        (folder / ".0123456789abcdef.part").write_text('{"half')
        (folder / "of-the-instructor.part").write_text("kept")
    with outfolder.sole_use(tmp_path):
        pass
    assert {path.name for path in unfinished(tmp_path)} == {"of-the-instructor.part"}


def test_a_second_grader_in_the_same_folder_is_refused(
    put_in: Callable[..., Path], started: Command, tmp_path: Path
) -> None:
    put_in({"an": QUICK})
    (tmp_path / "out").mkdir()
    with outfolder.sole_use(tmp_path / "out"):
        status, said = ended(started())
    assert status == 2
    korean, english = said.strip().splitlines()
    assert re.search("[가-힣]", korean) and str(tmp_path / "out") in english
    assert list((tmp_path / "out").iterdir()) == []


# --- what can't be written -------------------------------------------------------------------------------


def test_a_limit_on_files_that_takes_no_result_is_refused_by_name_and_costs_nobody_anything(
    put_in: Callable[..., Path], started: Command, tmp_path: Path, temporary: Path
) -> None:
    """The run's seed would fit into this limit on the size of files; a result would not."""
    put_in({"an": QUICK})
    out = tmp_path / "out"
    status, said = ended(started(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))))
    assert status == 3
    korean, english = said.strip().splitlines()
    assert re.search("[가-힣]", korean) and all("ulimit -f" in line for line in (korean, english))
    assert [path.name for path in out.rglob("*") if path.is_file()] == []
    wait_for(lambda: not left_over(temporary), 30)
    assert ended(started())[0] == 0
    assert results(out)["an"]["status"] == "graded"


@contextmanager
def unwritable(place: str, number: int) -> Iterator[None]:
    """Make writing fail for files whose path ends like ``place``."""

    def writing(path: Path, content: bytes, durable: bool = True) -> None:
        if path.match(place):
            raise OSError(number, os.strerror(number))
        write_atomically(path, content, durable)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outfolder, "write_atomically", writing)
        patch.setattr(report, "write_atomically", writing)
        yield


def grade_here(tmp_path: Path) -> int:
    """The exit status of the command, in this process."""
    arguments = ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--jobs", "1"]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as end:
        patch.setattr(sys, "argv", ["autograder", *arguments])
        cli.main()
    return int(end.value.code or 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EFBIG])
@pytest.mark.parametrize(
    "place", ["run.json", "results/bae.json", "grades.csv", "feedback/*.html", "index.html"]
)
def test_a_full_disk_is_the_graders_fault_at_any_moment(
    place: str, number: int, put_in: Callable[..., Path], lent: None, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    put_in({"an": QUICK, "bae": QUICK})
    with unwritable(place, number):
        assert grade_here(tmp_path) == 3
    said = capsys.readouterr().err
    assert os.strerror(number) in said and "Traceback" not in said
    kept = {path.name: path.read_bytes() for path in (tmp_path / "out" / "results").glob("*")}
    assert set(kept) == {"run.json": set(), "results/bae.json": {"an.json"}}.get(
        place, {"an.json", "bae.json"}
    )
    assert unfinished(tmp_path / "out") == []
    assert grade_here(tmp_path) == 0
    assert kept.items() <= {p.name: p.read_bytes() for p in (tmp_path / "out" / "results").glob("*")}.items()
    assert len((tmp_path / "out" / "grades.csv").read_text().splitlines()) == 3


# --- what can't be read any more -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_submission_that_vanishes_is_failed_and_never_a_zero(
    kind: str,
    put_in: Callable[..., Path],
    lent: None,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It vanishes in the middle of the run, after it was listed."""
    place = put_in({"an": QUICK, "bae": QUICK})
    if kind == "zip":
        shutil.make_archive(str(place / "bae"), "zip", place / "bae")
        shutil.rmtree(place / "bae")
    sources = find(place)
    folder = Folder.of(tmp_path / "out", sources)
    hidden = tmp_path / "unplugged"

    def unplugging(source: Source) -> Submission:
        if source.name == "bae" and not hidden.exists():
            place.rename(hidden)
        return load(source)

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "load", unplugging)
        found = list(grade_each(sources, folder, run, 1))
    assert [(result.submission, result.status, result.score) for result in found] == [
        ("an", "graded", 0),
        ("bae", "failed", None),
    ]
    hidden.rename(place)
    again = list(grade_each(sources, folder, run, 1))
    assert again[0] == found[0]
    assert again[1].status == "graded"


def test_a_file_that_vanishes_after_it_was_listed_is_no_bad_hand_in(put_in: Callable[..., Path]) -> None:
    place = put_in({"an": {**QUICK, "vae": b""}})
    listed = tree.folder(place / "an")
    (place / "an" / "loss.py").unlink()
    (entry,) = [entry for entry in listed.entries if entry.key == "loss.py"]
    with pytest.raises(FileNotFoundError):
        tree.read(entry)


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE])
def test_a_disk_that_fails_is_no_bad_hand_in(
    number: int, put_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = find(put_in({"an": QUICK}) / "an")

    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(OSError, match=os.strerror(number)):
        load(source)


def test_a_file_that_may_not_be_read_is_still_the_students(
    put_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = find(put_in({"an": QUICK}) / "an")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", forbidden)
    assert load(source).problems["loss.py"].id == "intake.unreadable"
