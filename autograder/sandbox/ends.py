"""How a conversation with student code can end, besides with an answer; and the tree of all the kit's exceptions.

Refusal (messages)       what was asked for can't be done: one line, and the command's exit status
    Busy (outfolder)     another grader holds OUT
    TooWeak (isolation)  this machine can't hold student code back
    Stopped (workers)    no worker is left that grades
    Unfit (machine)      the machine is at fault
StudentRaised            student code raised an exception: an outcome like any other
    Unsendable           it returned what can't be sent
TimeLimit                it ran into a limit on its time
Crashed                  its process ended, or was ended for another limit
SandboxFault             the sandbox itself failed: never the student's doing
checks: Failed, NotRun, Missing, Ended       end one check, with its message
grading: GraderFault; trust: Distrust; workers: LeftOut      a result that is not believed
wire: Closed, DeadlinePassed; encoding: ProtocolError, Unencodable      one frame
intake: NotRead; nbgrader: Unreadable; release: GateClosed; gradescope: OutOfTime; usage: Hidden
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

START_SECONDS = 120


class StudentRaised(Exception):
    """Student code raised an exception; ``kind``, ``text``, ``file`` and ``line`` say which and where."""

    def __init__(self, raised: Mapping[str, Any]) -> None:
        super().__init__(raised)
        self.kind = str(raised["type"])[:100]
        self.text = str(raised["text"])[:200]
        self.file = None if raised["file"] is None else str(raised["file"])[:100]
        self.line = None if raised["line"] is None else int(raised["line"])


class Unsendable(StudentRaised):
    """Student code returned what can't be sent: ``kind`` is the reason of ``encoding.Unencodable``, ``text`` what it is."""

    def __init__(self, refused: Mapping[str, Any]) -> None:
        super().__init__({"type": refused["reason"], "text": refused["what"], "file": None, "line": None})
        if self.kind not in ("too_large", "exotic", "not_encodable"):
            raise ValueError("no reason that the sandbox has")


class TimeLimit(Exception):
    """Student code ran into a time limit; ``certain`` if that was the limit on its own CPU time.

    ``crowded``: it had as many processes and threads as it may have. ``computed``: its CPU time in seconds.
    """

    def __init__(self, certain: bool, seconds: float, crowded: bool = False, computed: float = 0.0) -> None:
        super().__init__(certain, seconds, crowded, computed)
        self.certain, self.seconds, self.crowded, self.computed = certain, seconds, crowded, computed


class Crashed(Exception):
    """The student's process ended without an answer; ``how`` says in which way, ``number`` is its status or signal.

    ``exit``, ``signal``; ``internal``: the kit's own code in it raised; ``garbled``: it sent something that is not an
    answer, and was ended; or the limit that its supervisor ended it for: ``memory``, ``scratch``, ``output``,
    ``processes``.
    """

    def __init__(self, how: str, number: int = 0) -> None:
        super().__init__(how, number)
        self.how, self.number = how, number


class SandboxFault(Exception):
    """The sandbox itself failed: not the student's doing, never the student's loss."""
