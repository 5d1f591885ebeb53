"""The grader's handle on the untrusted side: start the warm parent, ask a student's process, read its end."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.seal import Limits

START_SECONDS = 120
END_SECONDS = 10
MAX_REPLY = 64 << 20


class StudentRaised(Exception):
    """Student code raised an exception; ``kind``, ``text``, ``file`` and ``line`` say which and where."""

    def __init__(self, raised: Mapping[str, Any]) -> None:
        super().__init__(raised)
        self.kind = str(raised["type"])[:100]
        self.text = str(raised["text"])[:200]
        self.file = None if raised["file"] is None else str(raised["file"])[:100]
        self.line = None if raised["line"] is None else int(raised["line"])


class TimeLimit(Exception):
    """Student code ran into a time limit; ``certain`` when it was the limit on its own CPU time."""

    def __init__(self, certain: bool, seconds: float) -> None:
        super().__init__(certain, seconds)
        self.certain, self.seconds = certain, seconds


class Crashed(Exception):
    """The student's process vanished; ``how`` is ``exit``, ``signal``, ``memory`` or ``garbled``."""

    def __init__(self, how: str, number: int = 0) -> None:
        super().__init__(how, number)
        self.how, self.number = how, number


class SandboxFault(Exception):
    """The sandbox itself failed: not the student's doing, never the student's loss."""


@dataclass(frozen=True)
class WarmParent:
    """A running warm parent. Safe to hand to several worker processes: each request is one datagram."""

    control: socket.socket
    tier: str
    versions: Mapping[str, str]
    scratch: str

    @classmethod
    def launch(cls, tier: str = "namespaces", preload: bool = True) -> WarmParent:
        """Start one, isolated at most as ``tier`` says. Raises SandboxFault when it does not come up."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, _datagrams())
        scratch = tempfile.mkdtemp(prefix="vae-scratch-")
        os.chmod(
            scratch, 0o711
        )  # students' processes may enter their own folder below it, but not look around
        options = json.dumps({"tier": tier, "preload": preload, "scratch": scratch})
        command = [
            sys.executable,
            "-I",
            "-m",
            "autograder.sandbox.warm_parent",
            str(theirs.fileno()),
            options,
        ]
        with theirs, tempfile.TemporaryFile() as errors:
            subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
                cwd="/",
            )
            theirs.close()
            ours.settimeout(START_SECONDS)
            try:
                hello = ours.recv(65536)
            except OSError:
                hello = b""
            if not hello:
                errors.seek(0)
                shutil.rmtree(scratch, ignore_errors=True)
                raise SandboxFault(
                    "the warm parent did not start: " + errors.read()[-2000:].decode(errors="replace")
                )
        ours.settimeout(None)
        return cls(ours, **json.loads(hello), scratch=scratch)

    def student(self, limits: Limits, wall_seconds: float, seed: int) -> Student:
        """A fresh student process. Raises SandboxFault when there is none to be had."""
        rpc, their_rpc = socket.socketpair()
        status, their_status = socket.socketpair()
        request = json.dumps({"limits": asdict(limits), "seed": seed}).encode()
        with their_rpc, their_status:
            try:
                socket.send_fds(self.control, [request], [their_rpc.fileno(), their_status.fileno()])
            except OSError as error:
                rpc.close()
                status.close()
                raise SandboxFault(f"the warm parent is gone: {error}") from None
        return Student(rpc, status, limits.cpu_seconds, wall_seconds)

    def close(self) -> None:
        """Let the warm parent end; for the process that launched it."""
        self.control.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _datagrams() -> socket.SocketKind:
    return socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM


class Student:
    """One student's sealed process. Use as a context manager: it ends with the block."""

    def __init__(
        self, rpc: socket.socket, status: socket.socket, cpu_seconds: float, wall_seconds: float
    ) -> None:
        self._rpc, self._status = rpc, status
        self._cpu_seconds, self._wall_seconds = cpu_seconds, wall_seconds
        self._deadline = time.monotonic() + wall_seconds
        try:
            hello = wire.receive(rpc, 0, time.monotonic() + START_SECONDS)
        except (wire.Closed, wire.DeadlinePassed, wire.ProtocolError) as error:
            self.close()
            raise SandboxFault(f"a student process did not start ({type(error).__name__})") from None
        if hello != {"ready": True}:
            self.close()
            raise SandboxFault(f"a student process could not be sealed: {hello}")

    def ask(self, probe: str, /, **arguments: Any) -> Any:
        """Have one probe performed and return its answer, as ``wire.decode`` gives it.

        Raises StudentRaised, TimeLimit, Crashed (after the last two the process is gone) or SandboxFault.
        """
        nonce = secrets.token_hex(16)
        try:
            wire.send(self._rpc, {"nonce": nonce, "probe": probe, "arguments": arguments}, self._deadline)
            reply = wire.receive(self._rpc, MAX_REPLY, self._deadline)
            if not isinstance(reply, dict) or reply.get("nonce") != nonce:
                raise wire.ProtocolError("an answer to another question")
            if "value" in reply:
                return reply["value"]
            raised = StudentRaised(reply["raised"])
        except (wire.DeadlinePassed, wire.Closed):
            raise self._end() from None
        except (wire.ProtocolError, KeyError, TypeError, ValueError, ArithmeticError):
            self.close()
            raise Crashed("garbled") from None
        raise raised

    def _end(self) -> Exception:
        """End the process, and say from its supervisor's report why there was no answer."""
        in_time = time.monotonic() < self._deadline
        with contextlib.suppress(OSError):
            self._status.shutdown(socket.SHUT_WR)
        self._status.settimeout(END_SECONDS)
        try:
            report = json.loads(self._status.recv(4096))
        except (OSError, ValueError):
            return SandboxFault("a student process was lost together with its supervisor")
        finally:
            self.close()
        if report["killed_for"] == "memory":
            return Crashed("memory")
        # The kernel's count for the limit and the one it reports differ by a few ticks, hence the share.
        in_full = report["cpu_seconds"] >= 0.95 * self._cpu_seconds
        if report["killed_for"] == "cpu" or report["exit"] == -signal.SIGXCPU or in_full:
            return TimeLimit(certain=True, seconds=self._cpu_seconds)
        if not in_time:
            return TimeLimit(certain=False, seconds=self._wall_seconds)
        code = int(report["exit"])
        return Crashed("signal", -code) if code < 0 else Crashed("exit", code)

    def close(self) -> None:
        self._rpc.close()
        self._status.close()

    def __enter__(self) -> Student:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
