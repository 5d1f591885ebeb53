"""The small trusted process over each student process: it watches memory, kills, and reports the end.

The grader holds the other end of the status connection; when that closes, the student's process
is ended. So neither process ids nor signals cross the boundary, and nothing outlives the grader.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.sandbox import linux
from autograder.sandbox.seal import Limits

WATCH_SECONDS = 0.25


def supervise(status: socket.socket, student: int, limits: Limits) -> None:
    """Wait for the student's process, then send ``{"exit", "cpu_seconds", "killed_for"}`` and return."""
    ended = os.pidfd_open(student) if hasattr(os, "pidfd_open") else None
    waiting_for: list[Any] = [status] if ended is None else [status, ended]
    killed_for = ""
    while True:
        ready, _, _ = select.select(waiting_for, [], [], WATCH_SECONDS)
        pid, wait_status, usage = os.wait4(student, os.WNOHANG)
        if pid:
            break
        if status in ready:  # the grader has hung up
            os.kill(student, signal.SIGKILL)
            waiting_for.remove(status)
        elif not killed_for and exceeds_memory(limits.memory_mb << 20):
            killed_for = "memory"
            os.kill(student, signal.SIGKILL)
    report = {
        "exit": os.waitstatus_to_exitcode(wait_status),
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "killed_for": killed_for,
    }
    with contextlib.suppress(OSError):
        status.send(json.dumps(report).encode())


def exceeds_memory(limit: int) -> bool:
    """Whether this process's descendants hold more than ``limit`` bytes of memory together.

    Proportional set size, because pages shared with the warm parent must not be counted in each of
    them; as it takes 10 ms to read, the resident sizes, which are never smaller, are asked first.
    """
    family = descendants()
    if sum(resident_bytes(pid) for pid in family) <= limit:
        return False
    return sum(proportional_bytes(pid) for pid in family) > limit


def descendants() -> list[str]:
    """This process's living descendants, named as in /proc, which may number them from outside."""
    family = ["self"]
    for pid in family:
        for task in _entries(f"/proc/{pid}/task"):
            family += _read(f"/proc/{pid}/task/{task}/children").split()
    return family[1:]


def resident_bytes(pid: str) -> int:
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def proportional_bytes(pid: str) -> int:
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) << 10
    return 0


def end_stragglers() -> None:
    """Kill what the student's process left behind; as subreaper this process has adopted it.

    Only where there is no process namespace: the end of one ends all that is in it.
    """
    while orphans := descendants():
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def in_fork(pid: int, body: Callable[[], None]) -> int:
    """Given what a fork returned: in the child run ``body`` and end, whatever happens; else return it."""
    if pid == 0:
        try:
            body()
        finally:
            os._exit(0)
    return pid


def settle(keep: list[int]) -> None:
    """First thing in a fresh fork: die with the parent, default signals, no open file but those to keep."""
    parent = os.getppid()
    if sys.platform == "linux":
        linux.die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    edges = sorted({2, *keep})
    for below, above in zip(edges, [*edges[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(below + 1, above)


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _entries(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
