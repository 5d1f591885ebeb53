"""The process that runs the public checks with the student's code, for `check`, `watch` and `status`.

It loads torch and pytest and says that it is ready. To each line on its standard input, a JSON object
{"tasks": [...], "stop": true}, it answers with one JSON line per check and a last line {"done": pytest's exit status}.
If processes can be forked, each run happens in a fork: it finds everything loaded and leaves nothing behind. Otherwise
a worker makes one run only, and the desk has already started the next worker.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections import Counter
from pathlib import Path
from typing import IO, Any

import pytest

from vae.desk.tasks import BY_ID, HANDOUT

try:
    import resource
except ImportError:  # Windows
    resource = None

# macOS has fork, but its system libraries may crash in the child of a process that has used them.
FORKS = sys.platform.startswith("linux") and not os.environ.get("VAE_DESK_NO_FORK")

MEMORY = 2 << 30  # bytes that checks may take on top of what torch has; the grader's limit is lower
DIED = 99  # not an exit status of pytest


class Recorder:
    """A pytest plugin that sends each check's outcome to the desk as soon as it is known.

    Args:
        order: the ids of the tasks, in the order in which they are checked.
        stop: whether to end after the first task with a failed check.
        cpu_seconds: the most that one check may take, or the loading of one file.
    """

    def __init__(self, channel: IO[str], order: list[str], stop: bool, cpu_seconds: float):
        self.channel = channel
        self.order = order
        self.stop = stop
        self.cpu_seconds = cpu_seconds
        self.red: set[str] = set()

    def write(self, **record: Any) -> None:
        print(json.dumps(record), file=self.channel, flush=True)

    @pytest.hookimpl(trylast=True)  # after `-m` has selected
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: self.order.index(_task(item)))

    def pytest_collectstart(self, collector: Any) -> None:
        limit_cpu(self.cpu_seconds)
        self.write(collecting=os.path.basename(collector.nodeid))

    def pytest_collection_finish(self, session: Any) -> None:
        self.write(collected=Counter(_task(item) for item in session.items))

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.write(unloaded=os.path.basename(report.nodeid), failure=getattr(report, "failure", None))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.red.add(report.task)
            self.write(task=report.task, passed=False, failure=report.failure)
        elif report.when == "call":
            self.write(task=report.task, passed=report.passed)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> Any:
        limit_cpu(self.cpu_seconds)
        result = yield
        if self.stop and self.red and nextitem and _task(nextitem) not in self.red:
            item.session.shouldstop = "the first unfinished task is known"
        return result


def limit_cpu(seconds: float) -> None:
    """Let the system end this process after so much more CPU time. Windows has no such limit: the desk waits for longer."""
    if resource:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = math.ceil(used.ru_utime + used.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def limit_memory() -> None:
    """Let a request for too much more memory fail with an exception, where the system says how much is in use (Linux)."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[5])
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (pages * resource.getpagesize() + MEMORY, hard))


def _task(item: Any) -> str:
    return next((mark.name[4:] for mark in item.iter_markers() if mark.name.startswith("task")), "")


def run(request: dict[str, Any], channel: IO[str]) -> int:
    """Run the checks of the requested tasks and write each outcome. Returns pytest's exit status."""
    tasks = [BY_ID[task] for task in request["tasks"]]
    parts = sorted({task.part for task in tasks})
    files = [str(path) for part in parts for path in sorted((HANDOUT / "checks").glob(f"test_{part}_*.py"))]
    options = [
        "-c",
        str(HANDOUT / "pytest.ini"),
        "-o",
        "addopts=",
        "-q",
        "--assert=plain",
        "--strict-markers",
    ]
    options += ["--continue-on-collection-errors", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    options += ["-m", " or ".join(f"task{task.id}" for task in tasks)]
    limit_memory()
    recorder = Recorder(channel, request["tasks"], request["stop"], request["cpu_seconds"])
    return int(pytest.main([*options, *files], plugins=[recorder]))


def load(everything: bool) -> None:
    """Load torch; with `everything`, also what it loads for the first optimiser and gradient, which takes a second."""
    import torch
    from torch import nn

    torch.set_num_threads(1)  # the checks are small, and threads would not survive a fork
    if not everything:
        return
    layer = nn.Linear(2, 2)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.zeros(1, 2)).backward(torch.ones(1, 2))
    optimizer.step()
    torch.utils.data.DataLoader([0])


def main() -> int:
    """Serve until standard input ends. Returns 1 and writes the reason if torch can't be loaded."""
    channel = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what student code prints at import is not an answer
    sys.dont_write_bytecode = True  # a file saved twice in a second could be answered with its older bytecode
    os.chdir(HANDOUT)
    try:
        load(everything="--warm" in sys.argv)
    except Exception as error:  # noqa: BLE001 - whatever keeps torch from loading is told, not raised
        from vae.desk.failure_in_run import describe

        print(json.dumps({"broken": describe(error).as_dict()}), file=channel, flush=True)
        return 1
    print(json.dumps({"ready": True, "forks": FORKS}), file=channel, flush=True)
    for line in sys.stdin:
        status = in_a_fork(json.loads(line), channel) if FORKS else run(json.loads(line), channel)
        print(json.dumps({"done": status}), file=channel, flush=True)
        if not FORKS:
            break
    return 0


def in_a_fork(request: dict[str, Any], channel: IO[str]) -> int:
    """Call `run` in a child, whose id is written first so that it can be killed.

    Returns its exit status, or a negative number if the child did not end by itself.
    """
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os._exit(run(request, channel))
        os._exit(DIED)
    print(json.dumps({"child": child}), file=channel, flush=True)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return -1 if status == DIED else status


if __name__ == "__main__":
    sys.exit(main())
