"""What this machine and its cgroup offer for grading: memory, out-of-memory kills, resource limits."""

from __future__ import annotations

import re
import resource
import sys
from contextlib import suppress
from pathlib import Path

from autograder.messages import Message, Refusal
from autograder.sandbox.seal import Limits

OWN_MB = 1000  # for the grader and the warm parent, each with torch imported: 980 at most, with a CUDA build
CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
# For version 2 and for version 1: the controller's folder, the limit, the use, and the reclaimable part of the use.
CGROUP_FILES = (
    ("", "memory.max", "memory.current", "inactive_file "),
    ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "),
)
OOM_FILES = (("", "memory.events"), ("memory", "memory.oom_control"))
MEGABYTE = 1 << 20
ADDRESSES_MB = 6_000  # of the address space: torch maps 3.7 GB before it computes anything
STACK_MB = 1
OWN_PROCESSES = 64


class Unfit(Refusal):
    """The machine is at fault: nothing is graded, and nobody loses a point."""

    def __init__(self, message: Message) -> None:
        super().__init__(message, 3)


def _own_folders(controller: str, cgroups: Path, membership: Path) -> list[Path]:
    """The folders of this process's cgroup and of those that contain it, as far as they are visible here."""
    top = cgroups / controller
    with suppress(OSError, ValueError):
        for line in membership.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(","):
                own = top / path.lstrip("/")
                # In a container, the process's own cgroup is the top of the mounted tree, whatever its name outside.
                ways = [own, *own.parents] if own.is_dir() else [top]
                return [folder for folder in ways if folder == top or top in folder.parents]
    return [top]


def cgroup_free_mb(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int | None:
    """The megabytes that this process's cgroup may still use; None if nothing limits it."""
    free = []
    for controller, limit, use, given_back in CGROUP_FILES:
        for folder in _own_folders(controller, cgroups, membership):
            with suppress(OSError, ValueError):  # no such version, or "max"
                most = int((folder / limit).read_text())
                lines = (folder / "memory.stat").read_text().splitlines()
                spare = sum(
                    int(line.removeprefix(given_back)) for line in lines if line.startswith(given_back)
                )
                free.append(max(0, most - int((folder / use).read_text()) + spare) // MEGABYTE)
    return min(free, default=None)


def free_mb() -> int | None:
    """The megabytes still available here: the machine's, or fewer if a cgroup limits them; None if that is unknown."""
    found = [cgroup_free_mb()]
    with suppress(OSError, AttributeError):
        available = re.search(r"MemAvailable:\s*(\d+) kB", Path("/proc/meminfo").read_text())
        found.append(int(available[1]) // 1024 if available else None)
    return min((megabytes for megabytes in found if megabytes is not None), default=None)


def jobs_that_fit(jobs: int, memory_mb: int) -> int:
    """How many of ``jobs`` submissions can be graded at a time. Raises Unfit if there is no memory for even one."""
    free = free_mb()
    if free is None:
        return jobs
    fit = (free - OWN_MB) // memory_mb
    if fit < 1:
        raise Unfit(Message("machine.memory", {"free": free, "least": OWN_MB + memory_mb}))
    return min(jobs, fit)


def oom_kills(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """How many processes in this one's cgroup the kernel has killed for lack of memory."""
    for controller, name in OOM_FILES:
        for folder in _own_folders(controller, cgroups, membership):
            with suppress(OSError):
                if counted := re.search(r"^oom_kill (\d+)$", (folder / name).read_text(), re.MULTILINE):
                    return int(counted[1])
    return 0


def check_limits(limits: Limits) -> None:
    """Raise Unfit if an inherited hard limit is below what the kit needs.

    Soft limits below that are raised, for this process and all that it starts.
    """
    if sys.platform != "linux":
        return
    needed = {
        "ulimit -t (CPU seconds)": (resource.RLIMIT_CPU, limits.cpu_seconds + 1),
        "ulimit -f (file size)": (resource.RLIMIT_FSIZE, limits.file_mb * MEGABYTE),
        "ulimit -n (open files)": (resource.RLIMIT_NOFILE, limits.open_files),
        "ulimit -d (memory for data)": (resource.RLIMIT_DATA, (OWN_MB + limits.memory_mb) * MEGABYTE),
        "ulimit -v (memory, address space)": (resource.RLIMIT_AS, ADDRESSES_MB * MEGABYTE),
        "ulimit -s (stack)": (resource.RLIMIT_STACK, STACK_MB * MEGABYTE),
        "ulimit -u (processes)": (resource.RLIMIT_NPROC, limits.processes + OWN_PROCESSES),
    }
    for name, (which, least) in needed.items():
        soft, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY and hard < least:
            raise Unfit(Message("machine.limit", {"limit": name, "is": hard, "least": least}))
        if soft != resource.RLIM_INFINITY and soft < least:
            resource.setrlimit(which, (hard if which == resource.RLIMIT_CPU else least, hard))
