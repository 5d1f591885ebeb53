"""CPU seconds that grading the solution takes: the short run, and everything else.

Counted: the grading process's own CPU time, and the warm parent's with that of all processes it forked. The warm
parent ignores SIGCHLD, and Linux adds nothing of unwaited children to their parent's account; so here it is started
with a handler that waits for them, and its account (/proc/PID/stat: utime, stime, cutime, cstime; 10 ms steps) is
read when its last child is gone. Gradings with and without the short run alternate, so that a change in the machine's
load hits both alike; the short run is the difference of neighbours. Starting up is not in it: a first grading goes
before, and is not counted. The limit on CPU time that students meet is another account, of their process alone.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from unittest import mock

from grader import run, solution, warm_parent

from autograder import grading
from autograder.checks.plugin import Grading
from autograder.sandbox.client import WarmParent

REPETITIONS = 20
SEED = 20131220
TICK = 1 / os.sysconf("SC_CLK_TCK")
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


def measure(share: float) -> dict[str, object]:
    repetitions = max(2, round(REPETITIONS * share))
    short_run_file = grading.CHECKS / "test_5_short_run.py"
    variants = {"all": [], "rest": [f"--ignore={short_run_file}"]}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
    with accountable_warm_parent() as (parent, pid):
        one_grading(parent, pid, [])
        for _ in range(repetitions):
            for name, arguments in variants.items():
                spent[name].append(one_grading(parent, pid, arguments))
    pairs = list(zip(spent["all"], spent["rest"], strict=True))
    return {
        "repetitions": repetitions,
        "short run, CPU s": round(median(sum(whole) - sum(rest) for whole, rest in pairs), 3),
        "everything else, CPU s": round(median(sum(rest) for _, rest in pairs), 3),
        "of this in the grader": round(median(rest[0] for _, rest in pairs), 3),
        "of this in the sandbox": round(median(rest[1] for _, rest in pairs), 3),
        "everything else, least and most": [
            round(end(sum(rest) for _, rest in pairs), 3) for end in (min, max)
        ],
    }


def one_grading(parent: WarmParent, pid: int, arguments: list[str]) -> tuple[float, float]:
    """CPU seconds of one grading: in the grader, and in the warm parent with all its children."""
    before = (time.process_time(), account(pid))
    record = Grading(solution(), run(SEED), parent)
    with mock.patch.object(grading, "PYTEST_ARGUMENTS", [*grading.PYTEST_ARGUMENTS, *arguments]):
        grading.run_checks(record)
    grader = time.process_time() - before[0]
    if record.faults or any(check.outcome != "passed" for check in record.checks.values()):
        raise SystemExit(f"the solution did not pass: {record.faults}")
    while Path(f"/proc/{pid}/task/{pid}/children").read_text():
        time.sleep(0.01)
    return grader, account(pid) - before[1]


def account(pid: int) -> float:
    """CPU seconds of a process and of all children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) * TICK


@contextmanager
def accountable_warm_parent() -> Iterator[tuple[WarmParent, int]]:
    """A warm parent that waits for its children, and its process id."""
    plain, started = subprocess.Popen, []

    def start(command: list[str], **options: object) -> subprocess.Popen:
        at = command.index("-m")
        started.append(plain([*command[:at], "-c", WAITING_FOR_CHILDREN, *command[at + 2 :]], **options))
        return started[0]

    with mock.patch.object(subprocess, "Popen", start):
        manager = warm_parent()
        parent = manager.__enter__()
    try:
        yield parent, started[0].pid
    finally:
        manager.__exit__(None, None, None)
        started[0].wait()
