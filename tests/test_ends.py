"""How a student's process ends, each way recognised where it happens: the table in SECURITY.md, one test per row.

Ends that only the sandbox can recognise are brought about for real, in processes forked from this one. Those that
nobody can recognise are decided with the control's help: tests/test_rounds.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder import isolation
from autograder.checks.attempt import verdict
from autograder.checks.remote import Ended, Missing
from autograder.homework import homework
from autograder.messages import LANGUAGES, Message
from autograder.sandbox import supervisor, usage, warm_parent
from autograder.sandbox.client import WarmParent
from autograder.sandbox.conversation import Student
from autograder.sandbox.ends import Crashed, SandboxFault, StudentRaised, TimeLimit
from autograder.sandbox.readable import Readable
from autograder.sandbox.seal import Box, Identity, Limits
from autograder.vae.probes import probes  # noqa: F401 - else each fork would preload them

Patch = pytest.MonkeyPatch
BOX = Box(
    "weak",
    Identity(range(0)),
    Readable((), (), ()),
    b"",
    "",
    "cpu",
    warm_parent.ENVIRONMENT,
    "vae",
    isolation.probes(),
)


@contextlib.contextmanager
def forked(limits: Limits, wall_seconds: float = 20) -> Iterator[tuple[Student, int]]:
    """A student's process and its supervisor's id, forked from this process as it is currently patched."""
    with tempfile.TemporaryDirectory() as scratch:
        rpc, their_rpc = socket.socketpair()
        status, their_status = socket.socketpair()
        with their_rpc, their_status:
            box = replace(BOX, scratch=scratch)
            pid = warm_parent.fork_student(their_rpc, their_status, box, limits, seed=1)
        try:
            with Student(rpc, status, limits.cpu_seconds, wall_seconds) as student:
                yield student, pid
        finally:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def ended(
    source: str, limits: Limits, wall_seconds: float = 20, then: Callable[[int], None] = id
) -> Exception:
    """What asking such a process raises; ``then`` gets the supervisor's id before the question."""
    text = textwrap.dedent(source) + "\nreconstruction_loss = attack\n"
    with forked(limits, wall_seconds) as (student, pid):
        student.ask("load", files={"__init__.py": "", "loss.py": text}, modules=["loss"])
        then(pid)
        with pytest.raises(Exception) as raised:
            student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])
    return raised.value


def said(error: Exception) -> tuple[str, str]:
    """The outcome and the message id that a check gets. No value is missing in its words, in either language."""
    outcome, message_id, values, _ = verdict(error, "f(x)", homework().limits())
    for language in LANGUAGES:
        text = Message(message_id, values).text(language)
        assert "{" not in text and "(?" not in text and "  " not in text and " ." not in text, text
    return outcome, message_id


# --- before "ready": the kit's fault, with its reason --------------------------------------------------------------


def test_a_process_that_can_not_be_sealed_is_the_kits_fault(small: Limits, monkeypatch: Patch) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(warm_parent, "seal", broken)
    with pytest.raises(SandboxFault, match=r"could not be sealed.*No space left"), forked(small):
        pass


def test_a_supervisor_that_fails_before_the_start_says_why(small: Limits, monkeypatch: Patch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(warm_parent, "tempfile", SimpleNamespace(mkdtemp=broken))
    with pytest.raises(SandboxFault, match=r"did not start.*Permission denied"), forked(small):
        pass


def test_a_fork_that_is_refused_is_told_and_the_next_one_is_made(small: Limits, monkeypatch: Patch) -> None:
    def refused(*_: object, **__: object) -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(warm_parent, "fork_student", refused)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pairs = [socket.socketpair() for _ in range(4)]
    request = json.dumps({"limits": vars(small), "seed": 1}).encode()
    for rpc, status in (pairs[:2], pairs[2:]):
        socket.send_fds(ours, [request], [rpc[1].fileno(), status[1].fileno()])
    for _, end in pairs:
        end.close()
    ours.close()
    handler = signal.getsignal(signal.SIGCHLD)
    try:
        warm_parent.serve(theirs, BOX)
    finally:
        signal.signal(signal.SIGCHLD, handler)
    for rpc, status in (pairs[:2], pairs[2:]):
        with pytest.raises(SandboxFault, match="Resource temporarily unavailable"):
            Student(rpc[0], status[0], 1, 1)


# --- after it: what was measured ---------------------------------------------------------------------------------


def test_computing_time_is_measured(small: Limits) -> None:
    error = ended("def attack():\n    while True: pass", small)
    assert isinstance(error, TimeLimit) and error.certain
    assert said(error) == ("timeout", "check.cpu_time")


def test_waiting_is_told_by_the_clock(small: Limits) -> None:
    error = ended("import time\ndef attack(): time.sleep(60)", small, wall_seconds=1)
    assert isinstance(error, TimeLimit) and not error.certain
    assert said(error) == ("timeout", "check.wall_time")


def test_memory_that_is_shared_is_measured(small: Limits) -> None:
    source = """
    import mmap, time
    def attack():
        kept = mmap.mmap(-1, 400 << 20)
        for start in range(0, 400 << 20, 4096): kept[start] = 1
        time.sleep(60)
    """
    error = ended(source, replace(small, cpu_seconds=20))
    assert said(error) == ("crashed", "check.crashed_memory")


def test_output_is_measured(small: Limits) -> None:
    error = ended(
        "import os\ndef attack():\n    while True: os.write(1, b'x' * 100_000)",
        replace(small, cpu_seconds=20),
    )
    assert said(error) == ("crashed", "check.crashed_output")


def test_files_are_measured(small: Limits) -> None:
    source = """
    import time
    def attack():
        for n in range(20): open(str(n), 'wb').write(b'x' * (4 << 20))
        time.sleep(60)
    """
    error = ended(source, replace(small, cpu_seconds=20, scratch_mb=16))
    assert said(error) == ("crashed", "check.crashed_scratch")


# --- after it: what the process did --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [0, 1, 3])
def test_an_exit_is_told_with_its_status(status: int, small: Limits) -> None:
    error = ended(f"import os\ndef attack(): os._exit({status})", small)
    assert isinstance(error, Crashed) and (error.how, error.number) == ("exit", status)
    assert said(error) == ("crashed", "check.crashed_exit")


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGBUS, signal.SIGILL, signal.SIGSEGV]
)
def test_a_signal_is_told_with_its_number(number: int, small: Limits) -> None:
    error = ended(f"import os\ndef attack(): os.kill(os.getpid(), {int(number)})", small)
    assert isinstance(error, Crashed) and (error.how, error.number) == ("signal", number)
    assert said(error) == ("crashed", "check.crashed_signal")


def test_an_exception_of_the_kits_own_is_no_exit_of_the_students(small: Limits) -> None:
    source = """
    import sys
    def attack():
        sys.modules['autograder.sandbox.wire'].send_frame = None
    """
    error = ended(source, small)
    assert isinstance(error, Crashed) and (error.how, error.number) == ("internal", supervisor.BROKEN)
    assert said(error) == ("crashed", "check.crashed_internal")


def test_bytes_that_are_no_answer_end_the_part(small: Limits) -> None:
    source = """
    import os, stat
    def attack():
        for number in range(3, 256):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode): os.write(number, b'x' * 64)
            except OSError: pass
    """
    assert said(ended(source, small)) == ("crashed", "check.crashed_garbled")


def test_an_exception_is_the_students_with_the_place_in_their_file(small: Limits) -> None:
    error = ended("def attack():\n    return 1 / 0", small)
    assert isinstance(error, StudentRaised) and (error.file, error.line) == ("loss.py", 2)
    assert said(error) == ("error", "check.raised")


def test_a_place_in_a_stand_in_is_nobodys(warm_parent: WarmParent, small: Limits) -> None:
    """The student's file is not in the traceback: no line of it is named, and none of the stand-in's."""
    with warm_parent.student(small, 20, seed=1) as student:
        files = {
            "__init__.py": "",
            "loss.py": "",
            "model.py": "class VAE:\n    def __init__(self, **_): raise OSError('no')\n",
        }
        student.ask("load", files=files, modules=["loss"])
        with pytest.raises(StudentRaised) as raised:
            student.ask("latent", function="generate", model={"latent_dim": 2, "hidden_dim": 2}, arguments={})
    assert (raised.value.file, raised.value.line) == (None, None)
    assert said(raised.value) == ("error", "check.raised_outside")


def test_an_unwritten_stub_is_named_only_where_the_file_raises_it(small: Limits) -> None:
    error = ended("def attack():\n    raise NotImplementedError", small)
    assert said(error) == ("error", "check.not_implemented")
    outside = StudentRaised({"type": "NotImplementedError", "text": "no", "file": None, "line": None})
    assert said(outside) == ("error", "check.raised_outside")


def test_a_check_after_a_missing_file_names_the_file() -> None:
    """The message once had a hole: "stopped at . Solve that one first"."""
    missing = Ended(Missing("training.py", Message("intake.missing", {"file": "training.py"})))
    outcome, message_id, values, _ = verdict(missing, "", homework().limits())
    assert (outcome, message_id, values) == ("not_run", "check.file_not_usable", {"file": "training.py"})


# --- the supervisor ------------------------------------------------------------------------------------------------


def test_a_supervisor_that_is_gone_is_the_kits_fault(small: Limits) -> None:
    def kill(pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    error = ended("import time\ndef attack(): time.sleep(60)", small, then=kill)
    assert isinstance(error, SandboxFault) and "lost together with its supervisor" in str(error)


def test_a_supervisor_that_fails_meanwhile_says_why(small: Limits, monkeypatch: Patch) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError("in the watch")

    monkeypatch.setattr(usage, "overfull", broken)
    error = ended("import time\ndef attack(): time.sleep(60)", small)
    assert isinstance(error, SandboxFault) and "in the watch" in str(error)


def test_students_are_the_first_whom_the_kernel_kills(warm_parent: WarmParent, small: Limits) -> None:
    with warm_parent.student(small, 20, seed=1):
        scores = []
        for entry in os.listdir("/proc"):
            with contextlib.suppress(OSError):
                if warm_parent.scratch.encode() in Path(f"/proc/{entry}/cmdline").read_bytes():
                    scores.append(int(Path(f"/proc/{entry}/oom_score_adj").read_text()))
    assert max(scores) == 1000 and min(scores) < 1000  # the student's, and the supervisor's
