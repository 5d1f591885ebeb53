"""The grader's side of the conversation with one student's process: ask, wait, and find out why there was no answer."""

from __future__ import annotations

import contextlib
import json
import secrets
import signal
import socket
import time
from types import TracebackType
from typing import Any

from autograder.sandbox import encoding, wire
from autograder.sandbox.ends import START_SECONDS, Crashed, SandboxFault, StudentRaised, TimeLimit, Unsendable
from autograder.sandbox.supervisor import BROKEN

END_SECONDS = 10
MAX_REPLY = encoding.MAX_TENSORS


class Student:
    """One student's sealed process. Use as a context manager: it ends with the block."""

    def __init__(
        self, rpc: socket.socket, status: socket.socket, cpu_seconds: float, wall_seconds: float
    ) -> None:
        self._rpc, self._status = rpc, status
        self._cpu_seconds, self._wall_seconds = cpu_seconds, wall_seconds
        try:
            hello = wire.receive(rpc, 0, time.monotonic() + START_SECONDS)
        except (wire.Closed, wire.DeadlinePassed, encoding.ProtocolError) as error:
            report = self._report()
            self.close()
            why = report.get("fault") or f"{type(error).__name__}, its end: {report or 'unknown'}"
            raise SandboxFault(f"a student process did not start ({why})") from None
        if hello != {"ready": True}:
            self.close()
            raise SandboxFault(f"a student process could not be sealed: {hello}")
        self._deadline = time.monotonic() + wall_seconds

    def ask(self, probe: str, /, **arguments: Any) -> Any:
        """Run one probe and return its answer, as ``encoding.decode`` gives it.

        Raises StudentRaised, TimeLimit, Crashed (after the last two the process is gone) or SandboxFault.
        """
        nonce = secrets.token_hex(16)
        try:
            wire.send(self._rpc, {"nonce": nonce, "probe": probe, "arguments": arguments}, self._deadline)
            reply = wire.receive(self._rpc, MAX_REPLY, self._deadline)
            if not isinstance(reply, dict) or reply.get("nonce") != nonce:
                raise encoding.ProtocolError("an answer to another question")
            if "value" in reply:
                return reply["value"]
            raised = Unsendable(reply["refused"]) if "refused" in reply else StudentRaised(reply["raised"])
        except (wire.DeadlinePassed, wire.Closed):
            raise self._end() from None
        except (encoding.ProtocolError, KeyError, TypeError, ValueError, ArithmeticError):
            self.close()
            raise Crashed("garbled") from None
        raise raised

    def _end(self) -> Exception:
        """End the process; returns the exception that says, by its supervisor's report, why there was no answer."""
        in_time = time.monotonic() < self._deadline
        report = self._report()
        self.close()
        if not report:
            return SandboxFault("a student process was lost together with its supervisor")
        if "fault" in report:
            return SandboxFault(f"a supervisor failed: {report['fault']}")
        if report["killed_for"] in ("memory", "output", "scratch", "processes"):
            return Crashed(report["killed_for"])
        # The kernel's count for the limit and the one it reports differ by a few ticks, hence the factor.
        in_full = report["cpu_seconds"] >= 0.95 * self._cpu_seconds
        if report["killed_for"] == "cpu" or report["exit"] == -signal.SIGXCPU or in_full:
            return TimeLimit(True, self._cpu_seconds, report["crowded"])
        if not in_time:
            return TimeLimit(False, self._wall_seconds, report["crowded"], report["cpu_seconds"])
        code = int(report["exit"])
        how = "signal" if code < 0 else "internal" if code == BROKEN else "exit"
        return Crashed(how, abs(code))

    def _report(self) -> dict[str, Any]:
        """End the process and return its supervisor's report; empty if the supervisor is gone too."""
        with contextlib.suppress(OSError, ValueError):
            self._status.shutdown(socket.SHUT_WR)
            self._status.settimeout(END_SECONDS)
            report: dict[str, Any] = json.loads(self._status.recv(4096))
            return report
        return {}

    def close(self) -> None:
        self._rpc.close()
        self._status.close()

    def __enter__(self) -> Student:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
