"""Grading on a cluster: a real scheduler and two real worker processes on this machine, and what can go wrong there.

Workers can be told to misbehave: each loads MISBEHAVIOUR, which reads a file before each task.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from autograder import cli, cluster, cluster_worker, control
from autograder.homework import homework
from autograder.intake import Source, find
from autograder.messages import Message
from autograder.outfolder import Centre, Folder
from autograder.results import Result
from autograder.rounds import Grading
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.workers import Stopped
from tests.engine import grade_each

QUICK = {"loss.py": "raise NotImplementedError\n"}
SLEEPY = {"loss.py": "import time\ntime.sleep(1000)\n"}
PATIENCE = 120
HANGUL = re.compile("[가-힣]")
MISBEHAVIOUR = """
import json, os, pathlib
from dataclasses import replace
from distributed import get_worker
from distributed.protocol.pickle import loads
from autograder import cluster_worker, control
from autograder.messages import Message
from autograder.results import Verdict

plain = vars(cluster_worker).setdefault("plain", (cluster_worker.grade_there, cluster_worker.versions, control.in_full))  # this is loaded twice

def grade_there(ours, order):
    told = json.loads(pathlib.Path(os.environ["MISBEHAVE"]).read_text())
    unfit = get_worker().address in told.get("unfit", ())
    control.in_full = (lambda *_: Verdict(Message("control.call", {"fault": "worn out"}))) if unfit else plain[2]
    if get_worker().address in told.get("far", ()):
        control.in_full = lambda *_: replace(plain[2](*_), loss=300.0)
    if loads(order)[0].name == told.get("deadly"):
        os._exit(1)
    cluster_worker.versions = lambda: {**plain[1](), **told.get("versions", {})}
    return plain[0](ours, order)

cluster_worker.grade_there = grade_there
"""
WITHOUT_KIT = "import sys\nsys.modules['autograder'] = None\n"
LAZY = replace(homework(), wall_seconds=10.0)  # the control has this limit too


@dataclass
class Machines:
    """A scheduler and its workers, each in a process of its own."""

    folder: Path
    port: int
    started: list[subprocess.Popen[bytes]]

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, command: str, *arguments: str) -> None:
        environment = {**os.environ, "MISBEHAVE": str(self.folder / "told.json")}
        line = [sys.executable, "-m", f"distributed.cli.dask_{command}", "--no-dashboard", *arguments]
        log = open(self.folder / f"{command}-{len(self.started)}.log", "wb")  # noqa: SIM115 - the process has it
        self.started.append(
            subprocess.Popen(line, env=environment, stdout=log, stderr=log, start_new_session=True)
        )

    def start_all(self, workers: int, preload: str, *options: str) -> None:
        (self.folder / "preload.py").write_text(preload)
        self.tell()
        self.start("scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        preloading = ("--preload", str(self.folder / "preload.py"), "--local-directory", str(self.folder))
        for _ in range(workers):
            self.start("worker", self.address, "--host", "127.0.0.1", *preloading, *options)

    def tell(self, **misbehaviour: Any) -> None:
        (self.folder / "told.json").write_text(json.dumps(misbehaviour))

    def wait_for(self, workers: int) -> None:
        with Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=PATIENCE)

    def busy(self) -> dict[str, int]:
        """The workers that are busy: address and process id."""
        with Client(self.address, set_as_default=False) as client:
            tasks, pids = client.processing(), client.run(os.getpid)
            return {worker: pids[worker] for worker, keys in tasks.items() if keys}

    def end(self) -> None:
        for process in reversed(self.started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def new_machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Machines]]:
    made: list[Machines] = []

    def new() -> Machines:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            made.append(Machines(tmp_path_factory.mktemp("cluster"), free.getsockname()[1], []))
        return made[-1]

    yield new
    for machines in made:
        machines.end()


@pytest.fixture(scope="module")
def started(new_machines: Callable[[], Machines]) -> Machines:
    machines = new_machines()
    machines.start_all(2, MISBEHAVIOUR, "--nthreads", "1")
    return machines


@pytest.fixture
def machines(started: Machines) -> Iterator[Machines]:
    """Two running workers; nannies restart those that died."""
    started.wait_for(2)
    yield started
    started.tell()


Grade = Callable[..., list[Result]]


@pytest.fixture
def grade_all(run: Run, tmp_path: Path) -> Grade:
    def graded(place: Path, address: str | None, out: str = "out", **changed: Any) -> list[Result]:
        sources = find(place)
        folder, this_run = Folder.of(tmp_path / out, sources), replace(run, **changed)
        if address is None:
            found = grade_each(sources, folder, this_run, 2)
        else:
            found = there(address, sources, folder, this_run).results()
        return sorted(found, key=lambda result: result.submission)

    return graded


def there(address: str, sources: list[Source], folder: Folder, run: Run) -> Grading:
    """The grading of these submissions on the cluster."""
    return Grading(deque(sources), folder, run, partial(cluster.connect, address, run, 2, False), False)


@pytest.fixture
def lent(warm_parent: WarmParent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lend the session's warm parent to whatever is graded without a cluster."""
    here = replace(warm_parent, control=warm_parent.control.dup(), scratch=str(tmp_path / "none"))
    monkeypatch.setattr(WarmParent, "launch", lambda *_, **__: here)


@pytest.fixture
def a_class(put_in: Callable[..., Path]) -> Path:
    return put_in(dict.fromkeys(("an", "bae", "choi"), QUICK))


def scores(results: list[Result]) -> dict[str, tuple[str, float | None]]:
    return {result.submission: (result.status, result.score) for result in results}


def written(tmp_path: Path) -> dict[str, int]:
    return {path.stem: path.stat().st_mtime_ns for path in (tmp_path / "out" / "results").iterdir()}


def one_line_in_each_language(stopped: Stopped) -> bool:
    english, korean = (stopped.message.text(language) for language in ("en", "ko"))
    assert "\n" not in english + korean
    return bool(HANGUL.search(korean)) and not HANGUL.search(english)


# --- grading ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("lent")
def test_results_are_those_of_one_machine(
    machines: Machines, grade_all: Grade, put_in: Callable[..., Path], solution: Mapping[str, bytes]
) -> None:
    wrong = solution["loss.py"].replace(b"return 0.5 *", b"return 0.4 *")
    place = put_in({"good": solution, "wrong": {**solution, "loss.py": wrong}, "empty": {"readme": ""}})
    there, here = grade_all(place, machines.address, "there"), grade_all(place, None, "here")
    assert there[1].score == homework().max_score
    assert [replace(result, seconds=0.0) for result in there] == [
        replace(result, seconds=0.0) for result in here
    ]


def test_a_worker_that_is_killed_while_grading_costs_nobody_anything(
    machines: Machines, grade_all: Grade, put_in: Callable[..., Path]
) -> None:
    place = put_in({"an": SLEEPY, "bae": SLEEPY, "choi": QUICK})
    results: list[Result] = []
    thread = threading.Thread(
        target=lambda: results.extend(grade_all(place, machines.address, homework=LAZY))
    )
    thread.start()
    while len(busy := machines.busy()) < 2 and thread.is_alive():
        time.sleep(0.1)
    students = [children(pid) for pid in busy.values()]
    for pid in busy.values():
        os.kill(pid, signal.SIGKILL)
    thread.join()
    assert scores(results) == {"an": ("timeout", 0), "bae": ("timeout", 0), "choi": ("graded", 0)}
    assert not any(Path(f"/proc/{child}").exists() for family in students for child in family)


def children(pid: int) -> list[str]:
    """The children of a worker's process: its warm parent."""
    return [
        child for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()
    ]


def test_a_submission_that_always_kills_its_worker_fails_alone(
    machines: Machines, grade_all: Grade, a_class: Path
) -> None:
    machines.tell(deadly="bae")
    results = grade_all(a_class, machines.address)
    assert scores(results) == {"an": ("graded", 0), "bae": ("failed", None), "choi": ("graded", 0)}
    assert "KilledWorker" in results[1].notes[-1].text("en")
    with Client(machines.address, set_as_default=False) as client:
        assert client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.allowed_failures) > 0


def test_a_finished_run_is_kept(machines: Machines, grade_all: Grade, a_class: Path, tmp_path: Path) -> None:
    first = grade_all(a_class, machines.address)
    before = written(tmp_path)
    (a_class / "bae" / "loss.py").write_text("raise OSError\n")
    again = grade_all(a_class, machines.address)
    assert {name for name, when in written(tmp_path).items() if before[name] != when} == {"bae"}
    assert again[0] == first[0]


def test_a_worker_whose_control_fails_is_left_out_by_name(
    machines: Machines, put_in: Callable[..., Path], run: Run, tmp_path: Path
) -> None:
    with Client(machines.address, set_as_default=False) as client:
        first, second = client.nthreads()
    machines.tell(unfit=[first])
    sources = find(put_in(dict.fromkeys(("an", "bae", "choi", "do", "eun"), QUICK)))
    grading = there(machines.address, sources, Folder.of(tmp_path / "out", sources), replace(run, seed=11))
    assert scores(list(grading.results())) == {source.name: ("graded", 0) for source in sources}
    assert grading.remarks == [Message("cluster.left_out", {"workers": first})]
    assert first in grading.remarks[0].text("ko") and second not in grading.remarks[0].text("en")


def test_a_worker_whose_control_reaches_another_loss_is_left_out_by_name(
    machines: Machines, put_in: Callable[..., Path], run: Run, tmp_path: Path, warm_parent: WarmParent
) -> None:
    with Client(machines.address, set_as_default=False) as client:
        first, _ = client.nthreads()
    machines.tell(far=[first])
    sources = find(put_in(dict.fromkeys(("an", "bae", "choi", "do", "eun"), QUICK)))
    this_run = replace(run, seed=13)
    assert Centre.of(tmp_path / "out", this_run).agreed(control.in_full(this_run, warm_parent)).passed
    grading = there(machines.address, sources, Folder.of(tmp_path / "out", sources), this_run)
    assert scores(list(grading.results())) == {source.name: ("graded", 0) for source in sources}
    assert grading.remarks == [Message("cluster.left_out", {"workers": first})]


def test_where_no_workers_control_passes_the_run_stops_and_nothing_is_written(
    machines: Machines, grade_all: Grade, a_class: Path, tmp_path: Path
) -> None:
    with Client(machines.address, set_as_default=False) as client:
        machines.tell(unfit=list(client.nthreads()))
    with pytest.raises(Stopped, match=r"control\.call") as stopped:
        grade_all(a_class, machines.address, seed=12)
    assert stopped.value.status == 3 and one_line_in_each_language(stopped.value)
    assert not (tmp_path / "out" / "results").exists()


# --- what can't be graded on -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [{"kit": "0.0 (0123456789abcdef)"}, {"homework": "line2025"}, {"torch": "1.0.0"}],
    ids=["kit", "homework", "torch"],
)
def test_a_worker_with_another_version_is_refused_by_name(
    machines: Machines, grade_all: Grade, a_class: Path, tmp_path: Path, other: dict[str, str]
) -> None:
    machines.tell(versions=other)
    with pytest.raises(Stopped) as refused:
        grade_all(a_class, machines.address)
    text = refused.value.message.text("en")
    assert re.search(r"tcp://127\.0\.0\.1:\d+", text)
    assert all(f"{name} {value}" in text for name, value in {**cluster_worker.versions(), **other}.items())
    assert refused.value.status == 2 and one_line_in_each_language(refused.value)
    assert not (tmp_path / "out" / "results").exists()


def test_workers_without_isolation_are_refused(
    machines: Machines, grade_all: Grade, a_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_ISOLATION", "weak")
    with pytest.raises(Stopped, match=r"cluster\.weak") as refused:
        grade_all(a_class, machines.address)
    assert refused.value.status == 2 and one_line_in_each_language(refused.value)


def test_workers_that_cannot_find_the_images_are_refused(
    machines: Machines, grade_all: Grade, a_class: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Stopped, match=r"cluster\.no_data") as refused:
        grade_all(a_class, machines.address, dataset="mnist", data_root=tmp_path / "file")
    assert refused.value.status == 2 and one_line_in_each_language(refused.value)


def test_a_worker_without_the_kit_is_refused(
    new_machines: Callable[[], Machines], grade_all: Grade, a_class: Path
) -> None:
    bare = new_machines()
    bare.start_all(1, WITHOUT_KIT, "--no-nanny")
    with pytest.raises(Stopped, match=r"cluster\.no_kit") as refused:
        bare.wait_for(1)
        grade_all(a_class, bare.address)
    assert "tcp://127.0.0.1" in refused.value.message.text("en")
    assert refused.value.status == 2 and one_line_in_each_language(refused.value)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "", "http://127.0.0.1:8786"])
def test_no_scheduler_is_a_line_in_each_language_and_status_2(
    a_class: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    address: str,
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    monkeypatch.setattr(sys, "argv", ["autograder", "grade", str(a_class), "--out", str(tmp_path / "out"), "--cluster", address])  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capfd.readouterr().err
    assert ended.value.code == 2
    assert "Traceback" not in said
    assert f"'{address}'" in said.splitlines()[-1]


def test_without_dask_there_is_a_line_that_says_how_to_get_it(
    grade_all: Grade, a_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Stopped, match=r"cluster\.not_installed") as refused:
        grade_all(a_class, "tcp://127.0.0.1:1")
    assert refused.value.status == 2 and one_line_in_each_language(refused.value)


# --- last, because the scheduler is gone after it --------------------------------------------------------


@pytest.mark.usefixtures("lent")
def test_a_scheduler_that_goes_away_keeps_what_is_graded_and_the_run_continues(
    machines: Machines, put_in: Callable[..., Path], run: Run, grade_all: Grade, tmp_path: Path
) -> None:
    place = put_in({"an": QUICK, "slow": SLEEPY})
    sources, lazy = find(place), replace(run, homework=LAZY)
    grading = there(machines.address, sources, Folder.of(tmp_path / "out", sources), lazy).results()
    assert next(grading).submission == "an"
    before = written(tmp_path)
    machines.started[0].kill()
    with pytest.raises(Stopped, match=r"cluster\.scheduler_gone") as ended:
        next(grading)
    assert ended.value.status == 3 and one_line_in_each_language(ended.value)
    assert scores(grade_all(place, None, homework=LAZY)) == {"an": ("graded", 0), "slow": ("timeout", 0)}
    assert written(tmp_path)["an"] == before["an"]
