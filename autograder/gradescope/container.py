"""What a container leaves for a submission: memory and time."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from autograder.messages import Message, Refusal
from autograder.settings import Settings

OWN_MB = (
    1000  # of the grader and the warm parent, each with torch in it: 980 at the most, with a torch for CUDA
)
NEEDED_MB = (
    200  # of a submission, at the least, beside what it shares with the warm parent: the solution takes 20
)
CGROUPS = Path("/sys/fs/cgroup")
CGROUP_FILES = (  # limit, use, and what of it could be given back: of version 2 and of version 1
    ("memory.max", "memory.current", "memory.stat", "inactive_file "),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file ",
    ),
)


class OutOfTime(Exception):
    """What was to end in time did not."""


@contextmanager
def ending_after(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the block when it takes longer."""

    def end(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def within_container(settings: Settings) -> Settings:
    """The settings, with no more memory for a submission than the container has for it. Raises Refusal where it is too small.

    A submission that takes too much is then stopped by its supervisor, and told so; else the kernel would kill
    something, or the container as a whole.
    """
    free = free_mb()
    if free is None:
        return settings
    if free < OWN_MB + NEEDED_MB:
        raise Refusal(Message("gradescope.memory", {"free": free, "least": OWN_MB + NEEDED_MB}))
    return replace(settings, memory_mb=min(settings.memory_mb, free - OWN_MB))


def free_mb(cgroups: Path = CGROUPS) -> int | None:
    """The megabytes that this container may still take, or None where nothing limits it."""
    for limit, use, statistics, kind in CGROUP_FILES:
        with suppress(OSError, ValueError):  # no such version, or "max"
            most = int((cgroups / limit).read_text())
            lines = (cgroups / statistics).read_text().splitlines()
            spare = sum(int(line.removeprefix(kind)) for line in lines if line.startswith(kind))
            return max(0, most - int((cgroups / use).read_text()) + spare) >> 20
    return None
