"""The command's own surroundings: standard streams, a folder that is gone, variables that steer its libraries."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, TextIO

# With these the caller's own work is set up: a drawing backend, options for each pytest, a log of what torch does.
NOT_FOR_US = ("MPL", "PYTEST_", "PYTORCH_", "TORCH_LOGS")


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
    """Have all three standard streams, a current folder that is there, news of children, and libraries as they come.

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
    for name in [name for name in os.environ if name.startswith(NOT_FOR_US)]:
        del os.environ[name]
    sys.stdout, sys.stderr = Tolerant(sys.stdout), Tolerant(sys.stderr)
    if not _is_there():
        os.chdir("/")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # if it is ignored, no process can wait for its children
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, signal.SIGTERM})


def _is_there() -> bool:
    try:
        os.getcwd()
    except OSError:  # somebody has removed it
        return False
    return True
