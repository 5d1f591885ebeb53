"""What a student's processes use, measured in /proc, and which of their limits they exceed."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.seal import Limits

SOCKET_BYTES = 256 << 10  # what may wait in a socket, with the kernel's overhead


def exceeded(limits: Limits, family: list[str], status: socket.socket) -> str:
    """Which limit these processes exceed together: ``cpu``, ``memory``, or "".

    Memory is the proportional set size, because pages shared with the warm parent must not be counted in
    each process; this process shares as many, so its own size is subtracted. Reading it takes 10 ms, so the
    resident sizes, which are never smaller, are tried first. Among many busy processes it takes far longer, so
    the other reasons to stop are checked in between. Page tables and what waits in sockets are memory that
    neither size includes.
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
        # All resident memory, if the proportional size can't be read.
        proportional = proportional_bytes(place) or resident_bytes(place)
        total += max(0, proportional - shared) + max(0, page_table_bytes(place) - own)
        if total > most:
            return "memory"
        if sum(map(cpu_seconds, family)) > limits.cpu_seconds:
            return "cpu"
        if select.select([status], [], [], 0)[0]:
            break  # the grader has hung up
    return ""


def overfull(limits: Limits, unnamed: dict[tuple[int, int], int], scratch: str) -> str:
    """``scratch`` if this folder holds more than allowed, else "".

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
    """Every file and folder below this one; what disappears meanwhile is left out. Raises Hidden."""

    def unlisted(error: OSError) -> None:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise Hidden

    for path, folders, files in os.walk(folder, onerror=unlisted):
        for name in folders + files:
            with contextlib.suppress(OSError):
                yield os.lstat(os.path.join(path, name))


def unnamed_files(family: list[str], limits: Limits, scratch: str) -> dict[tuple[int, int], int]:
    """The files that these processes still hold but that have no name any more, with the bytes that each takes up.

    A file is (device, inode). One that is only mapped can't be measured: it counts as the largest allowed.
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
    """This process's living descendants, as /proc numbers them, which may be the numbers outside the namespace."""
    family = ["self"]
    for pid in family:
        for task in _entries(f"/proc/{pid}/task"):
            family += _read(f"/proc/{pid}/task/{task}/children").split()
    return family[1:]


def threads(pid: str) -> list[str]:
    """A process's threads, the main one included, each by its place in /proc."""
    return [f"{pid}/task/{thread}" for thread in _entries(f"/proc/{pid}/task")]


def living(pid: str) -> str:
    """The place in /proc that shows a process's memory: another thread's if the main one has ended."""
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
