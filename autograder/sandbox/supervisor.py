"""The small trusted process above each student process: it watches what is used, kills, and reports the end.

The grader holds the other end of the status connection; when that closes, the student's process
is killed. So neither process ids nor signals cross the boundary, and nothing outlives the grader.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from autograder.sandbox import linux, usage
from autograder.sandbox.seal import Limits

WATCH_SECONDS = 0.25
BROKEN = 71  # status of a process in which the kit's own code raised
MAX_FAULT = 500  # characters of a fault that are reported


def supervise(
    status: socket.socket, printed: int, student: int, limits: Limits, scratch: str, user: int | None = None
) -> None:
    """Wait for the student's process, then send ``{"exit", "cpu_seconds", "killed_for", "crowded"}`` and return.

    ``killed_for`` is the limit that this process killed it for, or "". Only this report says which limit it was.

    ``printed`` is the reading end of the student's output. ``scratch`` is the folder to watch, or "" if it is a file
    system with a limit of its own. ``user`` is the student's, if that is another one than this process's.
    """
    ended = os.pidfd_open(student) if hasattr(os, "pidfd_open") else None
    waiting_for: list[Any] = [status, printed] if ended is None else [status, printed, ended]
    killed_for, crowded, room, next_look = "", False, limits.output_mb << 20, 0.0
    while True:
        ready, _, _ = select.select(waiting_for, [], [], WATCH_SECONDS)
        pid, wait_status, used = os.wait4(student, os.WNOHANG)
        if pid:
            break
        if status in ready:  # the grader has hung up
            kill_all([student])
            waiting_for.remove(status)
        if printed in ready:
            size = len(os.read(printed, 1 << 16))
            room -= size
            if size == 0:  # all its writers have closed it
                waiting_for.remove(printed)
        if killed_for:
            continue
        if room < 0:
            killed_for = "output"
        elif time.monotonic() >= next_look:
            family = usage.descendants()
            count = sum(map(len, map(usage.threads, family)))
            crowded = crowded or count >= limits.processes - 1
            # The kernel limits their number, unless the user has others that it would count too.
            killed_for = "processes" if count > limits.processes else ""
            with linux.seen_by(user):
                killed_for = killed_for or usage.exceeded(limits, family, status)
                unnamed = {} if killed_for or not scratch else usage.unnamed_files(family, limits, scratch)
            killed_for = killed_for or usage.overfull(limits, unnamed, scratch)
            next_look = time.monotonic() + WATCH_SECONDS
        if killed_for:
            kill_all([student])
    report = {
        "exit": os.waitstatus_to_exitcode(wait_status),
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "killed_for": killed_for,
        "crowded": crowded,
    }
    with contextlib.suppress(OSError):
        status.send(json.dumps(report).encode())


def kill_all(pids: list[int]) -> None:
    """Kill these processes and all others of the student's, which could delay their end."""
    if os.getpid() == 1:
        os.kill(-1, signal.SIGKILL)  # everything in this process namespace; /proc shows the ids outside it
        return
    for pid in {*pids, *map(int, usage.descendants())}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def end_stragglers() -> None:
    """Kill what the student's process left behind; as a subreaper, this process has adopted it.

    Only needed without a process namespace: the end of one ends everything in it.
    """
    while usage.descendants():
        kill_all([])
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def clear_away(scratch: str) -> None:
    """Remove a folder. The import is in here so that no student's process has it."""
    from autograder.files import remove_tree

    remove_tree(scratch)


def in_fork(pid: int, body: Callable[[], None], failed: Callable[[str], None]) -> int:
    """Go on after a fork that returned ``pid``: the parent gets ``pid`` back, the child runs ``body`` and always ends.

    If ``body`` raises, the child calls ``failed`` with the fault and ends with the status BROKEN.
    """
    if pid == 0:
        status = BROKEN
        try:
            body()
            status = 0
        except BaseException as error:  # noqa: BLE001 - a child must not return into its parent's code
            with contextlib.suppress(BaseException):
                failed(f"{type(error).__name__}: {error}"[:MAX_FAULT])
        finally:
            os._exit(status)
    return pid


def trial(body: Callable[[], None], fork: Callable[[], int] = os.fork) -> str | None:
    """Run ``body`` in a child. Returns what went wrong, "" if nothing did, None if the child was killed first."""
    reading, writing = os.pipe()

    def trying() -> None:
        body()
        os.write(writing, b"\0")

    def tell(fault: str) -> None:
        os.write(writing, fault.encode())

    with os.fdopen(reading, "rb") as pipe:
        try:
            pid = in_fork(fork(), trying, tell)
        except OSError as error:
            return str(error)
        finally:
            os.close(writing)
        said = pipe.read()
    os.waitpid(pid, 0)
    return None if not said else "" if said == b"\0" else said.decode(errors="replace")


def settle(keep: list[int]) -> None:
    """First step in a fresh fork: all cores, default signals, and no open file but those to keep."""
    linux.use_all_cores()
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    edges = sorted({2, *keep})
    for below, above in zip(edges, [*edges[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(below + 1, above)


def die_with_supervisor() -> None:
    """Second step in a student's process: die with the supervisor.

    The supervisor itself lives on until the grader hangs up, and then cleans up.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        linux.die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
