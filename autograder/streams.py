"""Put a command's surroundings in order: standard streams, current folder, signals, environment variables."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, TextIO

# These set up the caller's own work: a drawing backend, options for every pytest, a log of what torch does.
NOT_FOR_US = ("MPL", "PYTEST_", "PYTORCH_", "TORCH_LOGS")


class Tolerant:
    """A text stream whose reader may be gone: what can't be written is dropped silently.

    A command that has written all its files has done its work, even if nobody is listening any more.
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
    """Open missing standard streams, leave a removed folder, unblock signals, drop variables that steer libraries.

    A free descriptor below 3 would go to the next file or socket, which a child would then take for its stream.
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
