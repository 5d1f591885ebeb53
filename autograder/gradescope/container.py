"""What a container leaves for a submission: memory and time."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from autograder.homework import Homework
from autograder.machine import OWN_MB, cgroup_free_mb
from autograder.messages import Message, Refusal

# At least this much for a submission, beside what it shares with the warm parent. The solution takes 20.
NEEDED_MB = 200


class OutOfTime(Exception):
    """A block did not end in time."""


@contextmanager
def ending_after(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the block if it takes longer than this."""

    def end(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def within_container(homework: Homework) -> Homework:
    """The homework, with no more memory per submission than the container has left. Raises Refusal if that is too little.

    A submission that takes too much is then stopped by its supervisor, and told so. Otherwise the kernel would kill
    some process, or the container as a whole.
    """
    free = cgroup_free_mb()
    if free is None:
        return homework
    if free < OWN_MB + NEEDED_MB:
        raise Refusal(Message("gradescope.memory", {"free": free, "least": OWN_MB + NEEDED_MB}))
    return replace(homework, memory_mb=min(homework.memory_mb, free - OWN_MB))
