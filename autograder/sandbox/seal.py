"""Close a process off, step by step, before it meets student code.

Three tiers, the strongest that the machine allows:
- ``namespaces``: own user, pid, network, mount and ipc namespaces with a private root, on top of the next;
- ``landlock``: Landlock, seccomp and resource limits (Docker, Ubuntu 24.04);
- ``weak``: only resource limits (macOS). No protection against malice.

The order is forced: mounts need privileges, Landlock must come before threads, and seccomp
denies what the steps before it use.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from autograder.sandbox import linux
from autograder.sandbox.readable import DEVICES, Readable, gpu_nodes

TIERS = ("namespaces", "landlock", "weak")
SCRATCH = "/scratch"
FIRST_UID, USERS = 1_000_000_000, 1 << 20  # one user per student process in turn; none of them exists
FEW_USERS = 4096  # if a container's user namespace has fewer: the last ones in it
RESERVED = 64  # of those, the very last are not used: one of them is the user nobody
NEIGHBOURS = 1000  # processes and threads that others of the same user may start meanwhile


@dataclass(frozen=True)
class Limits:
    """What one student process may use; see homework.toml."""

    cpu_seconds: int
    memory_mb: int
    processes: int
    open_files: int
    file_mb: int
    scratch_mb: int
    scratch_files: int
    output_mb: int


@dataclass(frozen=True)
class Identity:
    """The user that student code runs as: each process gets another of ``users``, or the grader's if there are none.

    ``reads_as_root``: see ``linux.become``.
    """

    users: range
    reads_as_root: bool = False

    def user(self, serial: int) -> int | None:
        return self.users[serial % len(self.users)] if self.users else None


def identity(maps: Iterable[str] = ("/proc/self/uid_map", "/proc/self/gid_map")) -> Identity:
    """The users that students' processes can run as: none unless the grader is root.

    In a user namespace, only those exist that its two maps list (user_namespaces(7)).
    """
    if os.geteuid() != 0:
        return Identity(range(0))
    first, end = 0, FIRST_UID + USERS
    for path in maps:
        rows = [[int(number) for number in row.split()] for row in Path(path).read_text().splitlines()]
        inside, count = max((inside, count) for inside, _, count in rows)
        first, end = max(first, inside), min(end, inside + count)
    if end == FIRST_UID + USERS:
        return Identity(range(FIRST_UID, end))
    last = end - RESERVED
    return Identity(range(last - FEW_USERS, last) if last - FEW_USERS > first else range(0))


def closed_to_others(path: str) -> str:
    """The first folder on the way to this path that only its owner may enter, or ""."""
    way = [*reversed(Path(path).parents), *([Path(path)] if os.path.isdir(path) else [])]
    return next((str(folder) for folder in way if not folder.stat().st_mode & 0o001), "")


@dataclass(frozen=True)
class Box:
    """All that sealing needs, worked out once in the warm parent."""

    tier: str
    identity: Identity
    readable: Readable
    syscall_filter: bytes
    scratch: str  # where private folders are made if there is no private root
    device: str
    environment: Mapping[str, str]
    package: str  # the one that students write
    probes: str  # the module that calls it


def sources_hash(probes: str) -> str:
    """A hash of the code of the sandbox and its probes: both ends of a connection must run the same kit."""
    digest, spec = hashlib.sha256(), find_spec(probes)
    assert spec is not None and spec.origin is not None
    for folder in (Path(__file__).parent, Path(spec.origin).parent):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def namespaces() -> int:
    """The namespaces that a student's process and its supervisor get for themselves, as clone flags."""
    flags = linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC
    flags |= linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP
    return flags if os.geteuid() == 0 else flags | linux.CLONE_NEWUSER


def settle_in_namespaces(uid: int, gid: int) -> None:
    """First step inside the namespaces: keep the user id, and let no mount reach the world outside."""
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)


def build_root(readable: Readable, limits: Limits, devices: tuple[str, ...] = DEVICES) -> None:
    """Build a private root with the allow-list, read-only, and three places to write; then enter it."""
    linux.own_mounts()  # else entering the new root would take the supervisor along, away from its /proc
    new_root = "/proc"  # exists everywhere; nothing in it is needed below or seen afterwards
    linux.mount("none", new_root, "tmpfs", linux.MS_NOSUID, "size=1m,mode=755")
    writable = {SCRATCH: limits.scratch_mb, "/tmp": limits.scratch_mb, "/dev/shm": limits.memory_mb // 4}
    for folder, size in writable.items():  # first, because Python or the kit may be below one of them
        os.makedirs(new_root + folder, exist_ok=True)
        options = f"size={size}m,nr_inodes={limits.scratch_files},mode=1777"
        flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
        linux.mount("none", new_root + folder, "tmpfs", flags, options)
    for link, target in readable.links:
        os.makedirs(os.path.dirname(new_root + link), exist_ok=True)
        os.symlink(target, new_root + link)
    for path in readable.shown:
        _show(path, new_root)
    for folder in readable.masked:
        linux.mount("none", new_root + folder, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=1m,mode=755")
    for path in (*readable.packages, *devices):
        _show(path, new_root)
    linux.make_read_only(new_root)
    for folder in writable:
        linux.make_writable(new_root + folder)
    linux.enter_root(new_root)


def _show(path: str, new_root: str) -> None:
    target = new_root + path
    if os.path.lexists(target) and not os.path.isdir(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.mount(path, target, None, linux.MS_BIND | linux.MS_REC)


def limit_resources(limits: Limits, alone: bool) -> None:
    """Set this process's resource limits. Memory counts what is added to the warm parent's share.

    ``alone``: the user has no processes but the student's. Otherwise the kernel would count the others, too, even
    those started later. Then the supervisor counts, and the kernel's limit only keeps a fork bomb small meanwhile.
    """
    megabyte = 1 << 20
    # At the soft limit the signal itself says why; a process that ignores it is killed a second later.
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, limits.file_mb * megabyte)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_NPROC, limits.processes + (0 if alone else _tasks_of(os.geteuid()) + NEIGHBOURS))
    if hasattr(resource, "RLIMIT_MSGQUEUE"):
        _limit(resource.RLIMIT_MSGQUEUE, 0)
        _limit(resource.RLIMIT_MEMLOCK, 0)
        _limit(resource.RLIMIT_DATA, _data_bytes() + limits.memory_mb * megabyte)


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    hard = soft if hard is None else hard
    most = resource.getrlimit(which)[1]
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(which, (soft, hard))


def _tasks_of(uid: int) -> int:
    """How many processes and threads a user has at this moment."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or nothing of it can be seen
            if process.stat().st_uid == uid:
                count += len(os.listdir(process / "task"))
    return count


def _data_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    return pages * resource.getpagesize()


def seal(box: Box, limits: Limits, scratch: str, user: int | None, environment: Mapping[str, str]) -> None:
    """Seal the student's own process: all steps after ``settle_in_namespaces`` and a fork."""
    limit_resources(limits, alone=box.tier == "namespaces" or (user is not None and box.tier == "landlock"))
    if box.tier == "namespaces":
        build_root(box.readable, limits, (*DEVICES, *gpu_nodes(box.device)))
    if box.tier != "weak":
        linux.forbid_new_privileges()
        linux.landlock(*_landlock_paths(box, scratch))
        linux.empty_bounding_set()
        if user is not None:
            linux.become(user, user, box.identity.reads_as_root)
            linux.die_with_parent()  # a change of user clears this
        linux.drop_capabilities()
        linux.install_filter(box.syscall_filter)
    os.chdir(scratch)
    os.environ.clear()
    os.environ.update(environment)


def _landlock_paths(box: Box, scratch: str) -> tuple[list[str], list[str], list[str]]:
    devices = ["/dev/null", *gpu_nodes(box.device)]
    if box.tier == "namespaces":
        return ["/"], [scratch, "/tmp", "/dev/shm", *devices], []
    return [*box.readable.without_masks(), *DEVICES], [scratch, *devices], box.readable.gave_way()
