"""The small trusted process over each student process: it watches what is used, kills, and reports the end.

The grader holds the other end of the status connection; when that closes, the student's process
is ended. So neither process ids nor signals cross the boundary, and nothing outlives the grader.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autograder.sandbox import linux
from autograder.sandbox.seal import Limits

WATCH_SECONDS = 0.25
SOCKET_BYTES = 256 << 10  # what may wait in a socket, with what the kernel needs around it
BROKEN = 71  # status of a process in which the kit's own code raised
MAX_FAULT = 500  # letters of what is told of that


def supervise(
    status: socket.socket, printed: int, student: int, limits: Limits, scratch: str, user: int | None = None
) -> None:
    """Wait for the student's process, then send ``{"exit", "cpu_seconds", "killed_for", "crowded"}`` and return.

    ``killed_for`` is the limit that this process killed it for, or "". Only this report says what a limit was.

    ``printed`` is the reading end of the student's output. ``scratch`` is the folder to watch, or nothing
    where it is a file system of its own that bounds itself. ``user`` is the student's, where that is another one.
    """
    ended = os.pidfd_open(student) if hasattr(os, "pidfd_open") else None
    waiting_for: list[Any] = [status, printed] if ended is None else [status, printed, ended]
    killed_for, crowded, room, next_look = "", False, limits.output_mb << 20, 0.0
    while True:
        ready, _, _ = select.select(waiting_for, [], [], WATCH_SECONDS)
        pid, wait_status, usage = os.wait4(student, os.WNOHANG)
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
            family = descendants()
            count = sum(map(len, map(threads, family)))
            crowded = crowded or count >= limits.processes - 1
            # The kernel sees to their number, but where the user has others that it would count too.
            killed_for = "processes" if count > limits.processes else ""
            with linux.seen_by(user):
                killed_for = killed_for or exceeded(limits, family, status)
                unnamed = {} if killed_for or not scratch else unnamed_files(family, limits, scratch)
            killed_for = killed_for or overfull(limits, unnamed, scratch)
            next_look = time.monotonic() + WATCH_SECONDS
        if killed_for:
            kill_all([student])
    report = {
        "exit": os.waitstatus_to_exitcode(wait_status),
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "killed_for": killed_for,
        "crowded": crowded,
    }
    with contextlib.suppress(OSError):
        status.send(json.dumps(report).encode())


def exceeded(limits: Limits, family: list[str], status: socket.socket) -> str:
    """Which limit these processes exceed together: ``cpu``, ``memory``, or none.

    Memory is the proportional set size, because pages shared with the warm parent must not be counted in
    each of them; this process shares as many, so its own size is taken off. It takes 10 ms to read, so the
    resident sizes, which are never smaller, are asked first; and far longer among many busy processes, so
    the other reasons to stop are looked at in between. Page tables are memory too, and in neither size; so is
    what waits in sockets.
    """
    if sum(map(cpu_seconds, family)) > limits.cpu_seconds:
        return "cpu"
    most, alive = limits.memory_mb << 20, list(map(living, family))
    opened = (found for pid in family for found in open_files(pid))
    total = SOCKET_BYTES * len({found.st_ino for found in opened if stat.S_ISSOCK(found.st_mode)})
    if total + sum(map(resident_bytes, alive)) + sum(map(page_table_bytes, alive)) <= most:
        return ""
    shared, own = proportional_bytes("self"), page_table_bytes("self")
    for place in alive:
        proportional = proportional_bytes(place) or resident_bytes(
            place
        )  # all of it, where no more can be seen
        total += max(0, proportional - shared) + max(0, page_table_bytes(place) - own)
        if total > most:
            return "memory"
        if sum(map(cpu_seconds, family)) > limits.cpu_seconds:
            return "cpu"
        if select.select([status], [], [], 0)[0]:
            break  # the grader has hung up
    return ""


def overfull(limits: Limits, unnamed: dict[tuple[int, int], int], scratch: str) -> str:
    """``scratch`` if more lies in this folder than allowed, else nothing.

    ``unnamed`` files take up room too. A folder that can't be looked into counts as too much.
    """
    if not scratch:
        return ""
    seen = dict(unnamed)  # a file counts once, whoever has it open
    total = sum(seen.values())
    try:
        for found in contents(scratch):
            file = found.st_dev, found.st_ino
            total += 0 if file in seen else found.st_blocks * 512
            seen[file] = 0
            if total > limits.scratch_mb << 20 or len(seen) > limits.scratch_files:
                return "scratch"
    except (RecursionError, Hidden):
        return "scratch"
    return "scratch" if total > limits.scratch_mb << 20 else ""


class Hidden(Exception):
    """A folder can't be looked into: it is too deep, or made so that its names can't be listed."""


def contents(folder: str) -> Iterator[os.stat_result]:
    """Every file and folder below this one; what goes away meanwhile is left out."""

    def unlisted(error: OSError) -> None:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise Hidden

    for path, folders, files in os.walk(folder, onerror=unlisted):
        for name in folders + files:
            with contextlib.suppress(OSError):
                yield os.lstat(os.path.join(path, name))


def unnamed_files(family: list[str], limits: Limits, scratch: str) -> dict[tuple[int, int], int]:
    """The files that these processes hold although they have no name any more, with the bytes that each takes up.

    One that is only mapped can't be measured: it counts as the largest that there may be.
    """
    sizes: dict[tuple[int, int], int] = {}
    folder = os.path.realpath(scratch)
    for pid in family:
        for found in open_files(pid):
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                sizes[found.st_dev, found.st_ino] = found.st_blocks * 512
        for line in _read(f"/proc/{living(pid)}/maps").splitlines():
            if line.endswith(" (deleted)") and folder in line:
                _, _, _, device, number, _ = line.split(maxsplit=5)
                major, minor = (int(part, 16) for part in device.split(":"))
                sizes.setdefault((os.makedev(major, minor), int(number)), limits.file_mb << 20)
    return sizes


def open_files(pid: str) -> Iterator[os.stat_result]:
    """What a process has open. A thread can have files of its own."""
    for thread in threads(pid):
        for number in _entries(f"/proc/{thread}/fd"):
            with contextlib.suppress(OSError):
                yield os.stat(f"/proc/{thread}/fd/{number}")


def descendants() -> list[str]:
    """This process's living descendants, named as in /proc, which may number them from outside."""
    family = ["self"]
    for pid in family:
        for task in _entries(f"/proc/{pid}/task"):
            family += _read(f"/proc/{pid}/task/{task}/children").split()
    return family[1:]


def threads(pid: str) -> list[str]:
    """A process's threads, the main one included, each by its place in /proc."""
    return [f"{pid}/task/{thread}" for thread in _entries(f"/proc/{pid}/task")]


def living(pid: str) -> str:
    """The place in /proc that tells of a process's memory: another thread's, where the main one has ended."""
    return next(filter(resident_bytes, [pid, *threads(pid)]), pid)


def cpu_seconds(pid: str) -> float:
    """CPU time of a process and of those of its children that have ended."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def resident_bytes(pid: str) -> int:
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def page_table_bytes(pid: str) -> int:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith("VmPTE:"):
            return int(line.split()[1]) << 10
    return 0


def proportional_bytes(pid: str) -> int:
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) << 10
    return 0


def kill_all(pids: list[int]) -> None:
    """Kill these processes and all others of the student's, which else would keep them from ending soon."""
    if os.getpid() == 1:
        os.kill(-1, signal.SIGKILL)  # all of this process namespace; numbers in /proc are those outside
        return
    for pid in {*pids, *map(int, descendants())}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def end_stragglers() -> None:
    """Kill what the student's process left behind; as subreaper this process has adopted it.

    Only where there is no process namespace: the end of one ends all that is in it.
    """
    while descendants():
        kill_all([])
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def clear_away(scratch: str) -> None:
    """Remove a folder. Imported here alone, so that no student's process has it."""
    from autograder.files import remove_tree

    remove_tree(scratch)


def in_fork(pid: int, body: Callable[[], None], failed: Callable[[str], None]) -> int:
    """Given what a fork returned: in the child run ``body`` and end, whatever happens; else return it.

    An exception of ``body`` is told to ``failed``, and the child's status is BROKEN.
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
    """First thing in a fresh fork: default signals, no open file but those to keep."""
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
    """Next thing in a student's process. A supervisor itself lives on until the grader has hung up, and clears away."""
    parent = os.getppid()
    if sys.platform == "linux":
        linux.die_with_parent()
    if os.getppid() != parent:
        os._exit(1)


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
