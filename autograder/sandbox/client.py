"""The grader's handle on the untrusted side: start the warm parent and have it fork students' processes.

Does not import torch, which the main process does not need and which would take 300 MB.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.files import remove_tree
from autograder.sandbox.ends import START_SECONDS, SandboxFault
from autograder.sandbox.seal import Limits, sources_hash

if TYPE_CHECKING:
    from autograder.sandbox.conversation import Student

ROOM_MB, ROOM_FILES = 64, 1000  # must be free where temporary files are
# Isolated from the environment and the current folder; the path is the grader's own.
BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2])['path']; "
    "from autograder.sandbox.warm_parent import main; main()"
)
# What a process that is not a fork gets in addition, because it imports torch and wakes up a GPU.
FRESH_CPU_SECONDS, FRESH_MB = 30, 2000
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",  # else torch.set_num_threads lets threads spin on busy cores, and that time counts
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # huge pages halve the cost of a fork
}


@dataclass(frozen=True)
class WarmParent:
    """A running warm parent. Safe to hand to several worker processes: each request is one datagram."""

    control: socket.socket
    tier: str
    why: Mapping[str, str]  # for each stronger tier, why it does not work here
    versions: Mapping[str, str]
    scratch: str
    fresh: bool = False

    @classmethod
    def launch(
        cls,
        probes: str,
        package: str,
        tier: str = "namespaces",
        device: str = "cpu",
        fresh: bool = False,
        folder: str | None = None,
    ) -> WarmParent:
        """Start a warm parent, isolated by ``tier`` at most. Raises SandboxFault if it does not start.

        ``probes`` is the module that calls the functions of ``package``, which students write.
        ``fresh``: each student's process imports torch for itself, as it must for a GPU. ``folder`` is the
        launching process's own: the warm parent removes it if that process is killed before it can.
        """
        fresh = fresh or device != "cpu"
        ours, theirs = socket.socketpair(socket.AF_UNIX, _datagrams())
        scratch = tempfile.mkdtemp(prefix="sealed-scratch-")
        try:
            os.chmod(scratch, 0o711)  # students may enter their own folder below it, but not look around
            options = {"probes": probes, "package": package, "tier": tier, "device": device, "fresh": fresh}
            options |= {"scratch": scratch, "folder": folder, "gpus": _gpus(device)}
            hello = _start(ours, theirs, options)
        except BaseException:  # Ctrl-C too
            ours.close()
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        return cls(ours, **hello, scratch=scratch, fresh=fresh)

    def student(self, limits: Limits, wall_seconds: float, seed: int) -> Student:
        """Start a fresh student process. Raises SandboxFault if that fails."""
        from autograder.sandbox.conversation import Student

        if self.fresh:
            more = {"cpu_seconds": FRESH_CPU_SECONDS, "memory_mb": FRESH_MB}
            limits = replace(limits, **{name: getattr(limits, name) + extra for name, extra in more.items()})
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
        """End the warm parent; to be called by the process that launched it."""
        self.control.close()
        remove_tree(self.scratch)


@contextmanager
def interruptions_held() -> Iterator[None]:
    """Hold Ctrl-C back while a process is started, which it must not reach.

    The new process inherits the blocked signal until it unblocks it. Here a mask is not enough: the kernel
    gives the signal to any other thread, and Python still handles it in the main one.
    """
    came: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    in_main = threading.current_thread() is threading.main_thread()  # elsewhere Python raises nothing
    handler = signal.signal(signal.SIGINT, lambda number, frame: came.append(number)) if in_main else None
    try:
        yield
    finally:
        if in_main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if came:
            signal.raise_signal(signal.SIGINT)


def check_room() -> None:
    """Raise SandboxFault if temporary files have no room for a student's folder."""
    folder = tempfile.gettempdir()
    found = os.statvfs(folder)
    if found.f_bavail * found.f_frsize < ROOM_MB << 20 or (found.f_files > 0 and found.f_favail < ROOM_FILES):
        raise SandboxFault(
            f"{folder} has no room for temporary files ({ROOM_MB} MB and {ROOM_FILES} files needed)"
        )


def _start(ours: socket.socket, theirs: socket.socket, options: Mapping[str, Any]) -> dict[str, Any]:
    """Start the warm parent's process, wait until it is ready, and return what it reports."""
    command = [sys.executable, "-I", "-c", BOOT]
    options = {**options, "path": import_path()}
    with theirs, tempfile.TemporaryFile() as errors:
        with interruptions_held():
            subprocess.Popen(
                [*command, str(theirs.fileno()), json.dumps(options)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=ENVIRONMENT,
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
            said = errors.read()[-2000:].decode(errors="replace").strip()
            raise SandboxFault(f"the warm parent did not start: {said.rpartition(chr(10))[2]}")
    ours.settimeout(None)
    ready: dict[str, Any] = json.loads(hello)
    if ready.pop("kit") != sources_hash(options["probes"]):
        raise SandboxFault(f"the warm parent runs another kit than {Path(__file__).parents[1]}")
    return ready


def import_path() -> list[str]:
    """Where isolated processes of the kit look for modules: this kit's folder first, whatever is installed."""
    path = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    return list(dict.fromkeys(map(os.path.abspath, path)))


def _gpus(device: str) -> dict[str, str]:
    """The environment variable for the GPUs that torch sees: none, or the instructor's choice."""
    name = "CUDA_VISIBLE_DEVICES"
    return {name: ""} if device == "cpu" else {name: os.environ[name]} if name in os.environ else {}


def _datagrams() -> socket.SocketKind:
    return socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
