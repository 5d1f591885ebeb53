"""A running ``autograder grade`` seen from outside: its processes, its memory, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.seal import FIRST_UID
from autograder.sandbox.usage import proportional_bytes

ROLES = ("main", "worker", "warm_parent", "forkserver", "supervisor")
PATIENCE = 30


class Grader:
    """A running command that grades one class into one folder, with ``temporary`` for its temporary files."""

    def __init__(self, place: Path, out: Path, temporary: Path, jobs: int, seed: int) -> None:
        temporary.mkdir(exist_ok=True)
        self.temporary = temporary
        command = [sys.executable, "-m", "autograder", "grade", place, "--out", out, "--jobs", jobs]
        with open(temporary.parent / "said.txt", "ab") as said:
            self.process = subprocess.Popen(
                [*map(str, command), "--seed", str(seed)],
                stdout=said,
                stderr=said,
                env={**os.environ, "TMPDIR": str(temporary)},
                start_new_session=True,
            )

    def pids(self, role: str) -> list[int]:
        """The processes that have this role now."""
        main = self.process.pid
        if role == "main":
            return [main]
        if role in ("warm_parent", "forkserver"):
            return [pid for pid in children(main) if role in read(pid, "cmdline")]
        parent = "forkserver" if role == "worker" else "warm_parent"
        return [child for pid in self.pids(parent) for child in children(pid)]

    def trusted_bytes(self) -> int:
        """Memory (PSS) of all processes but the students' and their supervisors. Other users' memory needs root."""
        roles = (role for role in ROLES if role != "supervisor")
        return sum(proportional_bytes(str(pid)) for role in roles for pid in self.pids(role))

    def left_over(self) -> list[str]:
        """What is still there PATIENCE seconds after the end: processes that know the temporary folder, and files."""
        patience = time.monotonic() + PATIENCE
        while (found := self._left_over()) and time.monotonic() < patience:
            time.sleep(0.1)
        return found

    def _left_over(self) -> list[str]:
        told = str(self.temporary)
        processes = [
            f"process {pid}"
            for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
            if pid != os.getpid() and told in read(pid, "cmdline") + read(pid, "environ")
        ]
        files = [
            path for folder in ("/tmp", "/dev/shm") for path in Path(folder).iterdir() if is_students(path)
        ]
        return [*processes, *map(str, (*self.temporary.iterdir(), *files))]


def children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, file.read_text().split())
    return found


def read(pid: int, file: str) -> str:
    """A file about a process; "" if the process is gone or may not be seen."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/{file}").read_text(errors="replace")
    return ""


def is_students(path: Path) -> bool:
    """Whether the path belongs to a user id that only student processes have."""
    with suppress(OSError):
        return path.lstat().st_uid >= FIRST_UID
    return False
