"""Each layer of defence on its own: it stops its attack when no other layer can; without it, nothing does.

The tests weaken a policy by patching this process, which then does the warm parent's work; the product has no such
switch. All layers together are tested in test_sandbox.py and test_hostile.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import socket
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from autograder import isolation
from autograder.checks import remote
from autograder.homework import homework
from autograder.sandbox import (
    conversation,
    encoding,
    linux,
    seal,
    student,
    supervisor,
    syscalls,
    usage,
    warm_parent,
)
from autograder.sandbox.client import WarmParent
from autograder.sandbox.conversation import Student
from autograder.sandbox.ends import Crashed, StudentRaised, TimeLimit
from autograder.sandbox.readable import readable
from autograder.sandbox.seal import TIERS, Box, Limits, closed_to_others, identity, namespaces

Patch = pytest.MonkeyPatch
Weaken = Callable[[Patch], None]
STOPPED = "stopped"


def no(module: Any, name: str, value: Any = None) -> Weaken:
    """Leave out a step of sealing or watching."""
    return lambda patch: patch.setattr(module, name, lambda *_, **__: value)


def no_limit(which: int) -> Weaken:
    def weaken(patch: Patch) -> None:
        limit = seal._limit
        patch.setattr(seal, "_limit", lambda one, *values: one == which or limit(one, *values))

    return weaken


def no_namespace(flag: int) -> Weaken:
    return lambda patch: patch.setattr(warm_parent, "namespaces", lambda: namespaces() & ~flag)


def no_denial(*names: str) -> Weaken:
    """Drop the system-call filter's rules about these calls."""

    def weaken(patch: Patch) -> None:
        deny, allowing = syscalls._deny, syscalls._allowing
        patch.setattr(syscalls, "_allowing", lambda calls: allowing(sorted({*calls, *names})))
        patch.setattr(
            syscalls,
            "_deny",
            lambda policy, action, name, *arguments: name in names or deny(policy, action, name, *arguments),
        )

    return weaken


def before_landlock(version: int) -> Weaken:
    """Use only what Landlock could do before this version of its ABI."""
    return lambda patch: patch.setattr(linux, "landlock_abi", lambda: version - 1)


def show(folder: str) -> Weaken:
    """Put one more folder on the allow-list."""

    def weaken(patch: Patch) -> None:
        everything = readable()
        wider = replace(everything, shown=(*everything.shown, folder))
        patch.setattr(warm_parent, "readable", lambda: wider)

    return weaken


no_landlock = no(linux, "landlock")
no_own_user = no(linux, "become")
no_watch = no(usage, "exceeded", "")


@contextlib.contextmanager
def student_of(tier: str, limits: Limits, wall_seconds: float = 20) -> Iterator[tuple[Student, int]]:
    """A student's process and its supervisor's id, forked from this process as it is currently patched."""
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o711)
        syscall_filter = syscalls.student_filter(in_view=tier == "landlock")
        shown, me = warm_parent.readable(), identity()
        if tier == "landlock" and any(map(closed_to_others, (*shown.without_masks(), scratch))):
            me = replace(me, reads_as_root=True)  # as strongest_box does
        box = Box(
            tier,
            me,
            shown,
            syscall_filter,
            scratch,
            "cpu",
            warm_parent.ENVIRONMENT,
            "vae",
            isolation.probes(),
        )
        rpc, their_rpc = socket.socketpair()
        status, their_status = socket.socketpair()
        with their_rpc, their_status:
            pid = warm_parent.fork_student(their_rpc, their_status, box, limits, seed=1)
        try:
            with Student(rpc, status, limits.cpu_seconds, wall_seconds) as student:
                yield student, pid
        finally:
            bury(pid)


def bury(pid: int) -> None:
    """Wait for a supervisor; one that a missing layer keeps from ending is killed."""
    patience = time.monotonic() + 5
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > patience:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def run(tier: str, source: str, limits: Limits, wall_seconds: float = 20) -> Any:
    """What ``attack()`` returns in a sealed process, or ``stopped`` and what happened instead."""
    text = textwrap.dedent(source) + "\nreconstruction_loss = attack\n"
    try:
        with student_of(tier, limits, wall_seconds) as (student, _):
            student.ask("load", files={"__init__.py": "", "loss.py": text}, modules=["loss"])
            return student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])["value"]
    except (StudentRaised, Crashed, TimeLimit) as end:
        return f"{STOPPED}: {end!r}"


@dataclass(frozen=True)
class Layer:
    """``without`` it the attack gets through; ``also_without`` are other layers that would stop it too."""

    tier: str
    without: Weaken
    attack: str
    also_without: tuple[Weaken, ...] = ()


CALL = """
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    room = ctypes.create_string_buffer(4096)
    def attack():
        if {call} < 0 and ctypes.get_errno() in (1, 38):  # EPERM, ENOSYS: the filter's answers
            raise PermissionError
        return "reached"
"""
EXPRESSION = """
    import fcntl, os, signal, socket, resource
    def attack():
        {expression}
        return "reached"
"""
RLIMIT = """
    import resource
    def attack():
        if resource.getrlimit(resource.RLIMIT_{name})[1] == 0: raise PermissionError
        return "reached"
"""


def call(name: str, expression: str, *also: Weaken, tier: str = "namespaces") -> Layer:
    return Layer(tier, no_denial(name), CALL.replace("{call}", expression), also)


def expression(without: Weaken, text: str, *also: Weaken, tier: str = "namespaces") -> Layer:
    return Layer(tier, without, EXPRESSION.replace("{expression}", text), also)


SECCOMP = {
    # groups of syscalls.toml
    "another view of the file system": call("unshare", "libc.unshare(0x10000000)"),
    "other processes": call("ptrace", "libc.ptrace(0, 0, None, None)"),
    "kernel attack surface": call("io_setup", "libc.syscall(206, 1, ctypes.byref(ctypes.c_ulong()))"),
    "io_uring": call("io_uring_setup", "libc.syscall(425, 1, None)"),
    "tables of mounts": call("statmount", "libc.syscall(457, None, None, 0, 0)"),
    "key rings": call("keyctl", "libc.syscall(250, 0, -3, 1)"),
    "memory no limit counts": call("memfd_create", "libc.memfd_create(b'x', 0)"),
    "message queues": call("msgrcv", "libc.syscall(70, -1, room, 8, 0, 0)"),
    "where memory lies": call("migrate_pages", "libc.syscall(256, os.getpid(), 0, None, None)"),
    "other programs": call("execve", "libc.execve(b'/none', None, None)"),
    "administration": call("name_to_handle_at", "libc.name_to_handle_at(-100, None, None, None, 0)"),
    "special files": expression(no_denial("mknodat", "mknod"), "os.mkfifo('pipe')"),
    "precedence": expression(no_denial("setpriority"), "os.setpriority(os.PRIO_PROCESS, 0, 19)"),
    "cores of others": call("sched_setaffinity", "libc.sched_setaffinity(os.getpid(), 0, None)"),
    "notes on files": Layer(
        "namespaces",
        no_denial("getxattr"),
        CALL.replace("{call}", "libc.getxattr(None, None, None, 0)").replace("(1, 38)", "(95,)"),
    ),
    "space without writing": Layer(
        "namespaces",
        no_denial("fallocate"),
        CALL.replace("{call}", "libc.fallocate(os.open('x', os.O_RDWR | os.O_CREAT), 1, 0, 4096)").replace(
            "(1, 38)", "(95,)"
        ),
    ),
    "hiding from who watches": call("prctl", "libc.prctl(4, 0, 0, 0, 0)"),
    "room in sockets": expression(
        no_denial("setsockopt"),
        "socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)",
    ),
    "watches on files": call("inotify_init1", "libc.inotify_init1(0)"),
    # rules on arguments
    "clone with namespaces": Layer(
        "namespaces",
        lambda patch: patch.setattr(syscalls, "NAMESPACE_FLAGS", ()),
        CALL.replace("{call}", "(libc.syscall(56, 0x10000011, 0, 0, 0, 0) or os._exit(0))"),
    ),
    "clone3": call("clone3", "libc.syscall(435, None, 0)"),
    "limits of others": call("prlimit64", "libc.prlimit(os.getpid(), 7, None, None)"),
    "socket families": expression(no_denial("socket"), "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"),
    "signals through descriptors": expression(no_denial("fcntl"), "fcntl.fcntl(0, 10, 9)"),
    "signals through ioctl": expression(
        no_denial("ioctl"), "fcntl.ioctl(socket.socketpair()[0], 0x8901, os.getpid().to_bytes(4, 'little'))"
    ),
    # denied in view
    "modes of files in view": expression(
        no_denial("chmod", "fchmodat"), "os.mkdir('x'); os.chmod('x', 0o700)", tier="landlock"
    ),
    "signals in view": expression(no_denial("kill"), "os.kill(os.getpid(), 0)", tier="landlock"),
    "signals by tgkill in view": expression(
        no_denial("tgkill"), "signal.pthread_kill(__import__('threading').get_ident(), 0)", tier="landlock"
    ),
    "sockets in view": expression(
        no_denial("socket"), "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)", tier="landlock"
    ),
    "datagram pairs in view": expression(
        no_denial("socketpair"), "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)", tier="landlock"
    ),
    "raw pairs, which are for datagrams": expression(
        no_denial("socketpair"), "socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)", tier="landlock"
    ),
    "files under way between sockets in view": expression(
        no_denial("sendmsg"),
        "pair = socket.socketpair(); socket.send_fds(pair[0], [b'x'], [0])",
        tier="landlock",
    ),
    "sessions in view": expression(
        no_denial("setsid"),
        "child = os.fork() or (os.setsid(), os._exit(0)); assert not os.wait()[1]",
        tier="landlock",
    ),
    "hard links in view": expression(
        no_denial("link", "linkat"), "open('x', 'w').close(); os.link('x', 'y')", tier="landlock"
    ),
}

LIMITS = {
    "RLIMIT_CORE": Layer("namespaces", no_limit(resource.RLIMIT_CORE), RLIMIT.replace("{name}", "CORE")),
    "RLIMIT_MSGQUEUE": Layer(
        "namespaces", no_limit(resource.RLIMIT_MSGQUEUE), RLIMIT.replace("{name}", "MSGQUEUE")
    ),
    "RLIMIT_MEMLOCK": Layer(
        "namespaces", no_limit(resource.RLIMIT_MEMLOCK), RLIMIT.replace("{name}", "MEMLOCK")
    ),
    "RLIMIT_CPU": expression(
        no_limit(resource.RLIMIT_CPU),
        "import time\n        while time.process_time() < 2: pass",
        no_watch,
    ),
    "RLIMIT_FSIZE": expression(
        no_limit(resource.RLIMIT_FSIZE),
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); os.pwrite(os.open('x', os.O_CREAT | os.O_WRONLY), b'x', 40 << 20)",
    ),
    "RLIMIT_NOFILE": expression(
        no_limit(resource.RLIMIT_NOFILE), "kept = [open('/dev/null') for _ in range(300)]"
    ),
    "RLIMIT_NPROC": expression(
        no_limit(resource.RLIMIT_NPROC),
        "import threading, time; threading.stack_size(65536); [threading.Thread(target=time.sleep, args=(2,), daemon=True).start() for _ in range(100)]",
        no(usage, "threads", []),  # it counts threads four times a second
    ),
    "RLIMIT_DATA": expression(no_limit(resource.RLIMIT_DATA), "kept = bytearray(400 << 20)", no_watch),
}

WATCHES = {
    "memory watch": expression(
        no_watch,
        "import mmap, time; kept = mmap.mmap(-1, 500 << 20); kept.write(b'x' * (100 << 20) * 5) if 0 else None\n"
        "        for _ in range(500): kept.write(b'x' * (1 << 20))\n        time.sleep(2)",
    ),
    "CPU watch": expression(
        no_watch,
        "import time\n        if os.fork() == 0:\n            while True: pass\n        time.sleep(4)",
        no_limit(resource.RLIMIT_CPU),
    ),
}

READ = """
    def attack():
        open("/etc/passwd").read()
        return "reached"
"""
ENVIRONMENT = """
    import os
    def attack():
        return "reached" if "VAE_SECRET" in os.environ else "stopped"
"""
FILES = """
    import os
    def attack():
        return "reached" if sum(os.path.exists(f"/dev/fd/{n}") or _open(n) for n in range(3, 64)) > 1 else "stopped"
    def _open(number):
        try: return bool(os.fstat(number))
        except OSError: return False
"""
OTHERS = {
    "Landlock": Layer("landlock", no_landlock, READ),
    "private root": Layer("namespaces", show("/etc"), READ),
    "writing by Landlock": expression(
        no_landlock,
        "open('/tmp/vae-test-written', 'w').close(); os.unlink('/tmp/vae-test-written')",
        tier="landlock",
    ),
    "own user": Layer(
        "landlock",
        no_own_user,
        "def attack():\n    import os; return 'stopped' if os.getuid() else 'reached'",
    ),
    "no capabilities": Layer(
        "landlock",
        no(linux, "empty_bounding_set"),
        "def attack():\n    import ctypes; return 'reached' if ctypes.CDLL(None).prctl(23, 21, 0, 0, 0) else 'stopped'",
    ),
    "scrubbed environment": Layer(
        "namespaces",
        lambda patch: patch.setattr(os.environ, "clear", lambda: None, raising=False),
        ENVIRONMENT,
    ),
    "no open files": Layer("landlock", no(os, "closerange"), FILES),
    "no new privileges": Layer(
        "namespaces",
        no(linux, "forbid_new_privileges"),
        "def attack():\n    import ctypes; return 'stopped' if ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) else 'reached'",
        (no(linux, "install_filter"),),  # which the kernel installs only with this layer
    ),
    "TCP by Landlock": expression(
        before_landlock(4),
        "assert socket.socket().connect_ex(('127.0.0.1', 9)) != 13  # EACCES; else nobody listens there",
        no_denial("socket", "connect"),
        tier="landlock",
    ),
    "signals by Landlock": expression(
        before_landlock(6),
        "os.kill(os.getppid(), 0)",
        no_denial("kill"),
        no_own_user,
        tier="landlock",
    ),
}


def outcome(layer: Layer, patch: Patch, limits: Limits, *weakened: Weaken) -> str:
    """``reached``, or ``stopped`` and how."""
    for weaken in weakened:
        weaken(patch)
    return str(run(layer.tier, layer.attack, limits))


ALL = {**SECCOMP, **LIMITS, **WATCHES, **OTHERS}


@pytest.fixture
def limits(small: Limits) -> Limits:
    return replace(small, cpu_seconds=1, memory_mb=300)


@pytest.fixture(scope="module")
def strongest() -> int:
    """The strongest tier of this machine, as an index into TIERS."""
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o711)
        box, _ = warm_parent.strongest_box(
            {
                "tier": isolation.at_most(),
                "device": "cpu",
                "scratch": scratch,
                "package": "vae",
                "probes": isolation.probes(),
            },
            warm_parent.ENVIRONMENT,
        )
        return TIERS.index(box.tier)


@pytest.fixture
def here(strongest: int) -> Callable[[str], None]:
    """Skip if the machine does not have this tier."""

    def checked(tier: str) -> None:
        if TIERS.index(tier) < strongest:
            pytest.skip(f"this machine holds student code by {TIERS[strongest]} at most, not by {tier}")

    return checked


@pytest.mark.parametrize("name", ALL)
def test_a_layer_stops_what_nothing_else_would(
    name: str, monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    layer = ALL[name]
    here(layer.tier)
    if os.geteuid() != 0 and name in ("own user", "no capabilities"):
        pytest.skip("only root takes on another user and has capabilities to drop")
    monkeypatch.setenv("VAE_SECRET", "secret")
    assert outcome(layer, monkeypatch, limits, *layer.also_without).startswith(STOPPED)
    assert outcome(layer, monkeypatch, limits, layer.without) == "reached"


@pytest.mark.parametrize("kind", ["mnt", "pid", "net", "ipc", "uts", "cgroup"])
def test_each_namespace_is_its_own(kind: str, limits: Limits, here: Callable[[str], None]) -> None:
    here("namespaces")
    with student_of("namespaces", limits) as (_, supervising):
        (student,) = children_of(supervising)
        assert os.readlink(f"/proc/{student}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")


def children_of(process: int) -> list[int]:
    return [int(name) for name in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("holds", [True, False])
def test_a_student_dies_with_its_supervisor(
    holds: bool, monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    here("landlock")
    if not holds:
        no(linux, "die_with_parent")(monkeypatch)
    with student_of("landlock", limits) as (_, supervising):
        (student,) = children_of(supervising)
        os.kill(supervising, signal.SIGKILL)
        patience = time.monotonic() + (10 if holds else 1)
        while runs(student) and time.monotonic() < patience:
            time.sleep(0.02)
        assert runs(student) != holds


ORPHAN = """
    import os, time
    def attack():
        telling, told = os.pipe()[::-1]
        if os.fork() == 0:
            if os.fork() == 0:
                os.write(telling, str(os.getpid()).encode())
                time.sleep(60)
            os._exit(0)
        os.wait()
        return os.read(told, 16).decode()
"""


@pytest.mark.parametrize("holds", [True, False])
def test_an_orphan_ends_with_its_student(
    holds: bool, monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    """Its supervisor adopts and ends it; without that, process 1 adopts it."""
    here("landlock")
    if not holds:
        no(linux, "become_subreaper")(monkeypatch)
    orphan = int(run("landlock", ORPHAN, limits))  # returns when the supervisor has ended
    try:
        assert runs(orphan) != holds
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)


LEFT = """
    import ctypes, os, time
    def attack():
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(15, b"left-behind", 0, 0, 0)  # PR_SET_NAME
            time.sleep(60)
        os._exit(0)
"""


def left_behind() -> list[int]:
    names = ((path, path.read_text().strip()) for path in Path("/proc").glob("[0-9]*/comm"))
    return [int(path.parent.name) for path, name in names if name == "left-behind"]


@pytest.mark.parametrize("holds", [True, False])
def test_whoever_a_student_leaves_behind_is_ended(
    holds: bool, monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    here("landlock")
    if not holds:
        no(supervisor, "end_stragglers")(monkeypatch)
    assert run("landlock", LEFT, limits).startswith(STOPPED)
    left = left_behind()
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert bool(left) != holds


ADVANCE = """
    import sys
    from autograder.sandbox import wire
    frame = sys._getframe()
    while "rpc" not in frame.f_locals:
        frame = frame.f_back
    for _ in range(5):
        wire.send(frame.f_locals["rpc"], {"nonce": "0" * 32, "value": {"value": "reached"}})
    def attack(): return 1
"""


CORES = """
    import os
    def attack(): return sorted(os.sched_getaffinity(0))
"""


@pytest.mark.parametrize("holds", [True, False])
def test_a_moved_process_moves_nobody_after_it(
    holds: bool, monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    """Each fork runs on all the cores that the warm parent started with, whatever was done to it since."""
    here("landlock")
    all_cores = sorted(os.sched_getaffinity(0))
    if len(all_cores) == 1:
        pytest.skip("there is but one core")
    if not holds:
        no(linux, "use_all_cores")(monkeypatch)
    try:
        os.sched_setaffinity(0, all_cores[-1:])
        assert (run("landlock", CORES, limits) == all_cores) == holds
    finally:
        os.sched_setaffinity(0, all_cores)


TABLES = """
    import ctypes, mmap
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    def attack():
        import time
        size, count = 2 << 20, 130_000
        start = libc.mmap(None, size * count, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)
        libc.madvise(start, size * count, 15)
        for place in range(start, start + size * count, size): ctypes.string_at(place, 1)
        time.sleep(1)
        return "reached"
"""


@pytest.mark.parametrize("holds", [True, False])
def test_page_tables_are_memory(
    holds: bool, monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    here("landlock")
    if not holds:
        monkeypatch.setattr(usage, "page_table_bytes", lambda pid: 0)
    found = run("landlock", TABLES, replace(limits, cpu_seconds=20))
    assert found == (f"{STOPPED}: {Crashed('memory')!r}" if holds else "reached")


MAPPED = """
    import ctypes, mmap, os, time
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    def attack():
        file = os.open("x", os.O_RDWR | os.O_CREAT)
        os.unlink("x")
        os.write(file, bytes(6 << 20))
        libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, file, 0)
        os.close(file)
        time.sleep(1)
        return "reached"
"""
UNLINKED = """
    import os, time
    def attack():
        file = os.open("x", os.O_RDWR | os.O_CREAT)
        os.unlink("x")
        os.write(file, bytes(6 << 20))
        time.sleep(1)
        return "reached"
"""
OWN_TABLE = """
    import ctypes, os, time
    libc = ctypes.CDLL(None)
    stack = ctypes.create_string_buffer(1 << 16)
    def attack():
        file = os.open("x", os.O_RDWR | os.O_CREAT)
        os.unlink("x")
        os.write(file, bytes(6 << 20))
        top = ctypes.c_void_p((ctypes.addressof(stack) + (1 << 16) - 64) & ~15)
        flags = 0x100 | 0x200 | 0x800 | 0x10000  # CLONE_VM, FS, SIGHAND, THREAD, and not CLONE_FILES
        assert libc.clone(ctypes.cast(libc.pause, ctypes.c_void_p), top, flags, None) > 0
        os.close(file)
        time.sleep(1)
        return "reached"
"""
MAIN_THREAD_ENDS = """
    import ctypes, mmap, platform, threading, time
    def bomb():
        time.sleep(0.3)
        kept = mmap.mmap(-1, 500 << 20)
        for place in range(0, 500 << 20, 1 << 20): kept[place:place + (1 << 20)] = bytes(1 << 20)
        time.sleep(2)
    def attack():
        threading.Thread(target=bomb).start()
        ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
"""
SOCKETS = """
    import os, socket, time
    def attack():
        for _ in range(8):
            if os.fork() == 0:
                kept = [socket.socketpair() for _ in range(110)]
                time.sleep(3)
                os._exit(0)
        time.sleep(2)
        return "reached"
"""


def without_ptrace(patch: Patch) -> None:
    """Take CAP_SYS_PTRACE from the supervisor: root in a container does not have it."""
    supervise = supervisor.supervise

    def supervising(*arguments: Any) -> None:
        held = int(re.findall(r"CapPrm:\s*(\w+)", Path("/proc/self/status").read_text())[0], 16)
        linux._set_capabilities(held & 0xFFFFFFFF & ~(1 << 19))
        supervise(*arguments)

    patch.setattr(supervisor, "supervise", supervising)


MODULES = """
    import sys
    def attack(): return "reached" if any(name.startswith("autograder.checks") for name in sys.modules) else "stopped"
"""


def test_a_warm_parent_of_its_own_holds_nothing_of_the_trusted_side(
    limits: Limits, here: Callable[[str], None], sealed: WarmParent, attempt: Callable[..., Any]
) -> None:
    """This process has imported the checks, so what is forked from it finds them."""
    here(sealed.tier)
    assert attempt(sealed, MODULES) == "stopped"
    assert run(sealed.tier, MODULES, limits) == "reached"


HOSTILE_TEXT = """
    class Trap(Exception):
        def __str__(self): raise SystemExit("from a trap")
    def attack(): raise Trap
"""


def test_an_exception_that_is_read_does_no_harm(
    monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    here("landlock")
    assert "StudentRaised" in run("landlock", HOSTILE_TEXT, limits)
    monkeypatch.setattr(student, "describe", lambda error, own: {"text": str(error)})
    assert "Crashed('internal'" in run("landlock", HOSTILE_TEXT, limits)


PRINTING = """
    import os
    def attack():
        for _ in range(40): os.write(1, bytes(100_000))
        return "reached"
"""


def test_output_is_bounded(monkeypatch: Patch, limits: Limits, here: Callable[[str], None]) -> None:
    here("landlock")
    bounded = replace(limits, output_mb=1)
    assert run("landlock", PRINTING, bounded) == f"{STOPPED}: {Crashed('output')!r}"
    supervise = supervisor.supervise
    monkeypatch.setattr(
        supervisor,
        "supervise",
        lambda status, printed, child, limits, *more: supervise(
            status, printed, child, replace(limits, output_mb=10**6), *more
        ),
    )
    assert run("landlock", PRINTING, bounded) == "reached"


@dataclass(frozen=True)
class Watched:
    """``end`` is how the attack ends; with the watch weakened by ``without``, it ends differently."""

    attack: str
    end: str
    without: Weaken
    given: Weaken = lambda patch: None


WATCHED = {
    "a deleted file": Watched(UNLINKED, "scratch", no(usage, "unnamed_files", {})),
    "a deleted file that is mapped": Watched(MAPPED, "scratch", no(usage, "living", "nobody")),
    "a deleted file that a thread has": Watched(
        OWN_TABLE, "scratch", lambda patch: patch.setattr(usage, "threads", lambda pid: [pid])
    ),
    "memory, when the main thread has ended": Watched(
        MAIN_THREAD_ENDS, "memory", lambda patch: patch.setattr(usage, "living", lambda pid: pid)
    ),
    "memory in sockets": Watched(SOCKETS, "memory", lambda patch: patch.setattr(usage, "SOCKET_BYTES", 0)),
    "files, as root without CAP_SYS_PTRACE": Watched(
        UNLINKED,
        "scratch",
        lambda patch: patch.setattr(linux, "seen_by", lambda user: contextlib.nullcontext()),
        without_ptrace,
    ),
}


@pytest.mark.parametrize("name", WATCHED)
def test_a_watch_sees_what_else_nobody_would(
    name: str, monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    here("landlock")
    watched, room = WATCHED[name], replace(limits, cpu_seconds=10, scratch_mb=4)
    if os.geteuid() != 0 and watched.given is without_ptrace:
        pytest.skip("only root's students have users of their own")
    watched.given(monkeypatch)
    ended = f"{STOPPED}: {Crashed(watched.end)!r}"
    assert run("landlock", watched.attack, room) == ended
    watched.without(monkeypatch)
    assert run("landlock", watched.attack, room) != ended


def test_without_a_nonce_an_answer_in_advance_would_count(
    monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    here("namespaces")
    assert run("namespaces", ADVANCE, limits).startswith(STOPPED)
    monkeypatch.setattr(conversation.secrets, "token_hex", lambda _: "0" * 32)
    assert run("namespaces", ADVANCE, limits) == "reached"


def test_without_caps_a_frame_of_any_size_would_be_taken(
    monkeypatch: Patch, limits: Limits, here: Callable[[str], None]
) -> None:
    here("namespaces")
    attack = "def attack(): return 'x' * 2_000_000"
    assert run("namespaces", attack, limits).startswith(STOPPED)
    monkeypatch.setattr(encoding, "MAX_JSON", 10_000_000)
    assert len(run("namespaces", attack, limits)) == 2_000_000


def test_no_answer_is_lent_to_another_part() -> None:
    solution = (homework().solved / "loss.py").read_bytes()
    lent = remote.package_files("training", {"training.py": b""})["loss.py"]
    assert lent.encode() != solution and b"binary_cross_entropy" not in lent.encode()
