"""Kill a process of a running grader once, as the kernel or a person might."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.machines.needs import MEMORY
from tests.machines.row import EITHER, FULL, Grader, Row

Victim = Callable[[int], list[int]]


def children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


def called(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def started(main: int, name: str) -> list[int]:
    return [pid for pid in children(main) if name in called(pid)]


def warm_parents(main: int) -> list[int]:
    return started(main, "warm_parent")


def servers(main: int) -> list[int]:
    return started(main, "forkserver")


def workers(main: int) -> list[int]:
    return [pid for server in servers(main) for pid in children(server)]


def below_warm_parents(main: int, depth: int) -> list[int]:
    found = warm_parents(main)
    for _ in range(depth):
        found = [child for pid in found for child in children(pid)]
    return found


def supervisors(main: int) -> list[int]:
    return below_warm_parents(main, 1) if workers(main) else []  # before there are workers, a tier is tried


def students(main: int) -> list[int]:
    return below_warm_parents(main, 2) if workers(main) else []


def trial_supervisors(main: int) -> list[int]:
    """The supervisors of a tier's trial, below a throw-away child of the warm parent."""
    return [] if workers(main) else below_warm_parents(main, 2)


def trials(main: int) -> list[int]:
    return [] if workers(main) else below_warm_parents(main, 3)


def each(grader: Grader, victim: Victim) -> Iterator[int]:
    """Yield the processes that ``victim`` finds, one by one as they appear."""
    seen: set[int] = set()
    while not grader.ended():
        for pid in victim(grader.pid):
            if pid not in seen:
                seen.add(pid)
                yield pid
        time.sleep(0.002)


def kill(
    victim: Victim, number: int = signal.SIGKILL, turn: int = 1, wait: float = 0.0, whom: Victim | None = None
) -> Callable[[Grader], None]:
    """Kill the ``turn``-th ``victim`` once, ``wait`` seconds after it appeared; or ``whom`` at that moment."""

    def killing(grader: Grader) -> None:
        for count, pid in enumerate(each(grader, victim), 1):
            if count == turn:
                time.sleep(wait)
                pid = whom(grader.pid)[0] if whom else pid
                with suppress(OSError):
                    os.kill(pid, number)
                    (grader.place / "struck").write_text(str(pid))
                return

    return killing


def out_of_memory(victim: Victim, turn: int, wait: float) -> Callable[[Grader], None]:
    """Have the kernel find no memory for the ``turn``-th ``victim``, by moving it into a group that has none left."""

    def striking(grader: Grader) -> None:
        group = MEMORY / grader.place.name
        for count, pid in enumerate(each(grader, victim), 1):
            if count == turn:
                time.sleep(wait)
                group.mkdir()
                (group / "memory.limit_in_bytes").write_text("64K")
                with suppress(OSError):
                    (group / "cgroup.procs").write_text(str(pid))
                    (grader.place / "struck").write_text(str(pid))
                return

    return striking


def _row(
    name: str,
    done: str,
    meanwhile: Callable[[Grader], None],
    accept: tuple[str, ...] = (FULL,),
    tier: str = "",
) -> Row:
    return Row(
        f"killed-{name}",
        done,
        accept=accept,
        tier=tier,
        meanwhile=meanwhile,
        struck=True,
        jobs=1,
    )


ROWS = (
    _row("student-first", "the first student's process is killed (SIGKILL)", kill(students)),
    _row(
        "student-fourth",
        "the fourth student's process is killed a quarter of a second after it started",
        kill(students, turn=4, wait=0.25),
    ),
    _row("student-last", "the ninth student's process is killed at once", kill(students, turn=9)),
    _row("student-term", "a student's process gets SIGTERM", kill(students, signal.SIGTERM, 3, 0.1)),
    _row("student-bus", "a student's process gets SIGBUS", kill(students, signal.SIGBUS, 3, 0.1)),
    _row("student-ill", "a student's process gets SIGILL", kill(students, signal.SIGILL, 4, 0.1)),
    _row("student-segv", "a student's process gets SIGSEGV", kill(students, signal.SIGSEGV, 4, 0.1)),
    _row(
        "student-stopped",
        "a student's process is stopped (SIGSTOP) and stays so",
        kill(students, signal.SIGSTOP, 4, 0.1),
    ),
    Row(
        "out-of-memory",
        "the kernel finds no memory for a student's process, once",
        meanwhile=out_of_memory(students, turn=4, wait=0.25),
        needs=("memory cgroup",),
        struck=True,
        jobs=1,
    ),
    _row("supervisor-third", "a supervisor is killed", kill(supervisors, turn=3, wait=0.1)),
    _row("supervisor-first", "the first supervisor is killed at once", kill(supervisors, turn=1)),
    _row("worker", "a worker is killed while it grades", kill(students, turn=2, whom=workers)),
    _row(
        "warm-parent", "the warm parent is killed while it is used", kill(students, turn=3, whom=warm_parents)
    ),
    _row(
        "warm-parent-early",
        "the warm parent is killed before it is ready",
        kill(warm_parents, wait=0.5),
        accept=EITHER,
    ),
    _row("server", "the server that workers are forked from is killed", kill(students, turn=2, whom=servers)),
    _row(
        "trial",
        "the sealed process of the tier's trial is killed, once",
        kill(trials),
        tier="namespaces",
    ),
    _row(
        "trial-supervisor",
        "the supervisor of the tier's trial is killed, once",
        kill(trial_supervisors),
        tier="namespaces",
    ),
)
