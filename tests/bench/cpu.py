"""CPU seconds that grading the solution takes: the short run, and everything else.

What counts is the CPU time of the grading process, and of the warm parent with all processes that it forked. The warm
parent ignores SIGCHLD, and Linux adds no time of unwaited children to their parent's account. So here it is started
with a handler that waits for them, and its account (/proc/PID/stat: utime, stime, cutime, cstime; 10 ms steps) is
read when its last child is gone. Gradings with and without the short run alternate, so that a change in the machine's
load affects both alike; the short run is the difference of neighbours. Start-up does not count: the first grading is
a warm-up. The CPU limit of students is another account, of their process only.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from unittest import mock

from grader import run, solution, warm_parent

from autograder.checks import session
from autograder.sandbox.client import WarmParent

REPETITIONS = 20
SEED = 20131220
TICK = 1 / os.sysconf("SC_CLK_TCK")
SEARCH_PATH = "import json, sys; sys.path[:] = json.loads(sys.argv[2])['path']\n"
WAITING_FOR_CHILDREN = """
import os, signal
from autograder.sandbox import warm_parent

def wait_for_children(*_):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass

plain = signal.signal
signal.signal = lambda number, handler: plain(
    number, wait_for_children if (number, handler) == (signal.SIGCHLD, signal.SIG_IGN) else handler
)
warm_parent.main()
"""


class Spent(NamedTuple):
    """CPU seconds: of the grading process, and of the warm parent with all its children."""

    grader: float
    sandbox: float
    sandbox_system: float

    @property
    def total(self) -> float:
        return self.grader + self.sandbox


def measure(share: float) -> dict[str, object]:
    repetitions = max(2, round(REPETITIONS * share))
    whole, rest, bare = [], [], []
    with accountable_warm_parent() as (parent, pid):
        spent_on(pid, lambda: one_grading(parent))
        for _ in range(repetitions):
            whole.append(spent_on(pid, lambda: one_grading(parent)))
            with without_short_run():
                rest.append(spent_on(pid, lambda: one_grading(parent)))
            bare.append(spent_on(pid, lambda: one_process(parent)))
    return {
        "repetitions": repetitions,
        "short run, CPU s": round(median(a.total - b.total for a, b in zip(whole, rest, strict=True)), 3),
        "everything else, CPU s": middle(rest, "total"),
        "everything else, least and most": [round(end(each.total for each in rest), 3) for end in (min, max)],
        "of this in the grader": middle(rest, "grader"),
        "of this in the sandbox": middle(rest, "sandbox"),
        "of this in the kernel for the sandbox": middle(rest, "sandbox_system"),
        "one sealed process that does nothing": middle(bare, "sandbox"),
    }


def middle(spent: list[Spent], field: str) -> float:
    return round(median(getattr(each, field) for each in spent), 3)


def spent_on(pid: int, work: Callable[[], None]) -> Spent:
    """The CPU time of a piece of work, until the warm parent's last child is gone."""
    grader, (user, system) = time.process_time(), account(pid)
    work()
    grader = time.process_time() - grader
    while Path(f"/proc/{pid}/task/{pid}/children").read_text():
        time.sleep(0.01)
    user_after, system_after = account(pid)
    return Spent(grader, user_after + system_after - user - system, system_after - system)


def one_grading(parent: WarmParent) -> None:
    done = session.run_checks(solution(), run(SEED), parent)
    if done.faults or any(check.outcome != "passed" for check in done.checks.values()):
        raise SystemExit(f"the solution did not pass: {done.faults}")


@contextmanager
def without_short_run() -> Iterator[None]:
    plugin = session.collected()
    items = [item for item in plugin.items if item.name != "test_short_run"]
    with mock.patch.object(plugin, "items", items):
        yield


def one_process(parent: WarmParent) -> None:
    parent.student(run(SEED).homework.limits(), 30, SEED).close()


def account(pid: int) -> tuple[float, float]:
    """CPU seconds, user and system, of a process and of all children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    utime, stime, cutime, cstime = (int(ticks) * TICK for ticks in fields[11:15])
    return utime + cutime, stime + cstime


@contextmanager
def accountable_warm_parent() -> Iterator[tuple[WarmParent, int]]:
    """A warm parent that waits for its children, and its process id."""
    plain, started = subprocess.Popen, []

    def start(command: list[str], **options: object) -> subprocess.Popen:
        at = command.index("-c")
        boot = SEARCH_PATH + WAITING_FOR_CHILDREN  # in the place of client.BOOT
        started.append(plain([*command[:at], "-c", boot, *command[at + 2 :]], **options))
        return started[0]

    with mock.patch.object(subprocess, "Popen", start):
        manager = warm_parent()
        parent = manager.__enter__()
    try:
        yield parent, started[0].pid
    finally:
        manager.__exit__(None, None, None)
        started[0].wait()
