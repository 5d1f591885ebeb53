"""Where the time of one submission goes, in CPU seconds and in wall-clock seconds: medians over repetitions.

Everything is timed from outside: functions of the grader are wrapped here, and those of the sealed processes by the
code that starts the warm parent; a process's times are sent along with its answers. All rows but the last two belong
to one grading of the solution and add up to its total. The first row has the CPU time that no other row accounts for
(forking in the kernel, supervisors, the end of processes); its wall-clock time is from the request for a process
until the process exists, without the isolation. The last two rows are the measurement of a wrong submission, and the
report.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any
from unittest import mock

import cpu
import pytest
from grader import run, solution
from in_process import SEED

from autograder import grading
from autograder.checks import bank
from autograder.checks.attempt import Checked
from autograder.homework import homework
from autograder.measurements import Measurement, measurements
from autograder.report import class_page, student_page
from autograder.sandbox import wire
from autograder.sandbox.client import WarmParent
from autograder.sandbox.conversation import Student
from autograder.vae.checks.short_run import HIDDEN_DIM

REPETITIONS = 20
WRONG = "kl_divergence--beta-four"
TELLING = f"""
import time
from autograder.sandbox import student, warm_parent

spent = {{}}

def timed(name, function):
    def told(*arguments, **options):
        cpu, wall = time.process_time(), time.monotonic()
        try:
            return function(*arguments, **options)
        finally:
            before = spent.get(name, (0.0, 0.0))
            spent[name] = (before[0] + time.process_time() - cpu, before[1] + time.monotonic() - wall)
    return told

def performed(probe, arguments, place, perform=student.perform):
    model = arguments.get("model")
    short_run = isinstance(model, dict) and model["hidden_dim"] == {HIDDEN_DIM}
    name = "import" if probe == "load" else "training" if short_run else "functions"
    return timed(name, perform)(probe, arguments, place)

def framed(head, reply, frame=student.framed):
    return frame({{**head, "spent": {{**spent, "process": (time.process_time(), 0.0)}}}}, reply)

warm_parent.settle_in_namespaces = timed("namespaces", warm_parent.settle_in_namespaces)
warm_parent.seal = timed("seal", warm_parent.seal)
student.perform, student.framed = performed, framed
"""

Spent = dict[str, tuple[float, float]]  # CPU and wall-clock seconds by name


class Watch:
    """The time spent in the functions that it wraps, and the times that sealed processes report of theirs."""

    def __init__(self) -> None:
        self.here: Spent = {}
        self.told: dict[Any, Spent] = {}  # by connection: each process reports its sums so far

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            started = time.process_time(), time.monotonic()
            try:
                return function(*arguments, **options)
            finally:
                ended = time.process_time(), time.monotonic()
                self.here[name] = plus(self.here.get(name, (0, 0)), minus(ended, started))

        return wrapped

    def receiving(self, receive: Callable[..., Any]) -> Callable[..., Any]:
        def received(connection: Any, *arguments: Any) -> Any:
            value = receive(connection, *arguments)
            if isinstance(value, dict) and "spent" in value:
                self.told[connection] = value["spent"]
            return value

        return received

    def there(self, name: str) -> tuple[float, float]:
        """The sum over all sealed processes."""
        return plus(*(told.get(name, (0.0, 0.0)) for told in self.told.values()))


def plus(*pairs: tuple[float, float]) -> tuple[float, float]:
    return sum(cpu for cpu, _ in pairs), sum(wall for _, wall in pairs)


def minus(whole: tuple[float, float], *parts: tuple[float, float]) -> tuple[float, float]:
    cpu, wall = plus(*parts)
    return whole[0] - cpu, whole[1] - wall


def measure(share: float) -> dict[str, object]:
    repetitions = max(2, round(REPETITIONS * share))
    telling = mock.patch.object(cpu, "WAITING_FOR_CHILDREN", TELLING + cpu.WAITING_FOR_CHILDREN)
    with telling, cpu.accountable_warm_parent() as (parent, pid):
        rows = [one_submission(parent, pid) for _ in range(1 + repetitions)][1:]  # the first is a warm-up
    table = {
        name: tuple(round(median(row[name][index] for row in rows), 3) for index in (0, 1))
        for name in rows[0]
    }
    print(f"\n{'':34}{'CPU s':>8}{'wall s':>8}")
    for name, (cpu_seconds, wall) in table.items():
        print(f"{name:34}{cpu_seconds:8.3f}{wall:8.3f}")
    return {"repetitions": repetitions, "CPU s, wall-clock s": table}


def one_submission(parent: WarmParent, pid: int) -> Spent:
    """The rows of the table, from one grading of the solution, one measurement and one report."""
    watch = Watch()
    right: list[Checked] = []
    with (
        mock.patch.object(WarmParent, "student", watch.timed("start", WarmParent.student)),
        mock.patch.object(Student, "ask", watch.timed("ask", Student.ask)),
        mock.patch.object(pytest.Function, "setup", watch.timed("tests", pytest.Function.setup)),
        mock.patch.object(pytest.Function, "runtest", watch.timed("tests", pytest.Function.runtest)),
        mock.patch.object(wire, "receive", watch.receiving(wire.receive)),
    ):
        run_checks = watch.timed("run", grading.run_checks)
        whole = accounted(pid, lambda: right.append(run_checks(solution(), run(SEED), parent)))
    if not watch.told:
        raise SystemExit("the sealed processes told nothing of their times")
    here = watch.here
    isolation = plus(watch.there("namespaces"), watch.there("seal"))
    own = {name: watch.there(name) for name in ("import", "functions", "training")}
    answering = minus(watch.there("process"), watch.there("seal"), *own.values())[0], 0.0
    rows = {
        "isolation": isolation,
        "import of the student's files": own["import"],
        "the student's functions": own["functions"],
        "training, the short run": own["training"],
        "transfer": plus((here["ask"][0], here["ask"][1] - sum(wall for _, wall in own.values())), answering),
        "checks": minus(here["tests"], here["ask"], here["start"]),
        "pytest": minus(here["run"], here["tests"]),
    }
    fork = whole[0] - plus(*rows.values())[0], here["start"][1] - isolation[1]
    return {
        "fork and end of 5 processes": fork,
        **rows,
        "all of these": (whole[0], here["run"][1]),
        "measurement of a wrong one": measurement(parent, pid),
        "report and result": report(right[0], parent),
    }


def measurement(parent: WarmParent, pid: int) -> tuple[float, float]:
    """The time to measure what the one wrong stub of a submission computes."""
    entry = next(entry for entry in bank.entries(homework().bank, "wrong") if entry.name == WRONG)
    wrong: list[Checked] = []
    found: list[Measurement] = []
    # Wait until its processes have ended and are accounted for.
    accounted(pid, lambda: wrong.append(grading.run_checks(bank.submission(entry), run(SEED), parent)))
    spent = accounted(pid, lambda: found.extend(measurements(wrong[0], parent)))
    if not found:
        raise SystemExit(f"{WRONG}: nothing was said")
    return spent


def report(done: Checked, parent: WarmParent) -> tuple[float, float]:
    """The time for one student's page and JSON, and the class page for a class of one."""
    watch = Watch()

    def written() -> None:
        result = grading.result(done, parent, 0.0)
        if result.score != result.max_score:
            raise SystemExit("the solution did not pass")
        result.to_json()
        student_page(result, "en")
        class_page([result], {result.submission: "page.html"}, "en")

    watch.timed("report", written)()
    return watch.here["report"]


def accounted(pid: int, work: Callable[[], None]) -> tuple[float, float]:
    """CPU seconds of this process, the warm parent and all its children; and wall-clock seconds of only the work."""
    walls = []

    def timed() -> None:
        started = time.monotonic()
        work()
        walls.append(time.monotonic() - started)

    return cpu.spent_on(pid, timed).total, walls[0]
