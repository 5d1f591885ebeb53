"""The command's own surroundings: standard streams that are closed or break, and the folder it was started in."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, TextIO


class Tolerant:
    """A text stream of which nobody may be reading any more: what can't be written then is dropped, without a word.

    A command that has written all its files has done its work, whoever stopped listening.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._tried(self._stream.write, text) or len(text)

    def flush(self) -> None:
        self._tried(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _tried(self, act: Any, *arguments: Any) -> Any:
        try:
            return act(*arguments)
        except (OSError, ValueError):  # ValueError: it is closed
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())  # so that what is buffered goes somewhere
            os.close(null)


def settle() -> None:
    """Have all three standard streams, whichever were closed, a current folder that is there, and news of children.

    A number below 3 that is free would be given to the next file or socket, which a child then takes for its stream.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
            assert opened == number  # the lowest that is free
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    sys.stdout, sys.stderr = Tolerant(sys.stdout), Tolerant(sys.stderr)
    if not _is_there():
        os.chdir("/")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # if it is ignored, no process can wait for its children
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, signal.SIGTERM})


def leave_current_folder() -> None:
    """Take the current folder off the search path: with an empty entry, PYTHONPATH puts it there."""
    here = os.getcwd() if _is_there() else ""
    kit = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [entry for entry in sys.path if entry not in ("", ".", here)]
    if kit not in sys.path:
        sys.path.append(kit)  # last, so that nothing beside it takes the place of a library


def _is_there() -> bool:
    try:
        os.getcwd()
    except OSError:  # somebody has removed it
        return False
    return True
