"""The Linux system calls that isolation needs and that Python's standard library lacks.

ctypes, because no well-maintained library covers all of them. Functions that can fail raise OSError.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
from collections.abc import Iterator
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID = 1, 2

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_PR_SET_KEEPCAPS, _CAP_SETUID = 8, 1 << 7
_PR_SET_CHILD_SUBREAPER, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 36, 47, 4

_MADV_COLLAPSE = 25

# These four have the same number on every architecture; the older calls below do not.
_SYS_MOUNT_SETATTR, _SYS_LANDLOCK_CREATE, _SYS_LANDLOCK_ADD, _SYS_LANDLOCK_RESTRICT = 442, 444, 445, 446
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SYS_CLONE = {"x86_64": 56, "aarch64": 220}
_SYS_CAPSET = {"x86_64": 126, "aarch64": 91}


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _syscall(number: int, *arguments: object) -> int:
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments), f"system call {number}")


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_libc.prctl(ctypes.c_int(option), *padded), f"prctl {option}")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies; a change of user clears this."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def set_dumpable(dumpable: bool) -> None:
    """Set whether other processes of the same user can read this one's memory or trace it."""
    _prctl(_PR_SET_DUMPABLE, int(dumpable))


_CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def use_all_cores() -> None:
    """Use all cores that this process could use when it imported this module, even if it was restricted since."""
    with contextlib.suppress(OSError, AttributeError):  # cores that are gone, or a system without this call
        os.sched_setaffinity(0, _CORES)


def become_subreaper() -> None:
    """Adopt orphaned descendants, so that none escapes by forking twice."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def be_killed_first() -> None:
    """Have the kernel kill this process, and all that it starts, before others when memory runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def gather_pages() -> None:
    """Put this process's writable memory into huge pages: a fork copies its page table, here 100,000 entries.

    Does nothing if the kernel can't (before 6.1).
    """
    size = 2 << 20
    for line in Path("/proc/self/maps").read_text().splitlines():
        where, rights, _, _, inode, *name = line.split(maxsplit=5)
        start, end = (int(address, 16) for address in where.split("-"))
        start, end = -(-start // size) * size, end // size * size
        if rights == "rw-p" and inode == "0" and name != ["[stack]"] and start < end:
            _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), ctypes.c_int(_MADV_COLLAPSE))


def become(user: int, group: int, reads_as_root: bool) -> None:
    """Give up being root: become this user and group, with no other groups. Needs CAP_SETUID and CAP_SETGID.

    ``reads_as_root``: files are still opened as root, because root's folders are often closed to everybody else, but
    without root's power to open other users' files. All else (limits, signals, other processes) sees the new user.
    """
    denied = False
    with contextlib.suppress(OSError):
        denied = Path("/proc/self/setgroups").read_text().strip() == "deny"  # then no groups can be set
    if not denied:
        os.setgroups([])
    os.setresgid(group, group, group)
    if reads_as_root:
        _prctl(_PR_SET_KEEPCAPS, 1)
    os.setresuid(user, user, user)
    if reads_as_root:
        _set_capabilities(_CAP_SETUID)
        _libc.setfsuid(ctypes.c_uint(0))
        _set_capabilities(0)
    set_dumpable(True)  # a change of user clears this, and the supervisor could no longer watch the process


@contextlib.contextmanager
def seen_by(user: int | None) -> Iterator[None]:
    """Look into /proc as this user: root without CAP_SYS_PTRACE may not look at another user's processes."""
    if user is not None:
        _libc.setfsgid(ctypes.c_uint(user))
        _libc.setfsuid(ctypes.c_uint(user))
    try:
        yield
    finally:
        if user is not None:
            _libc.setfsuid(ctypes.c_uint(os.geteuid()))
            _libc.setfsgid(ctypes.c_uint(os.getegid()))


def forbid_new_privileges() -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def fork_into(flags: int) -> int:
    """Fork a child into new namespaces; with CLONE_NEWPID it is their process 1. Returns what os.fork returns.

    Python's and the C library's fork handlers do not run, so the process must be single-threaded and
    the child should do little more than fork again in the usual way.
    """
    zero = ctypes.c_long(0)
    return _syscall(
        _SYS_CLONE[platform.machine()], ctypes.c_long(flags | signal.SIGCHLD), zero, zero, zero, zero
    )


def own_mounts() -> None:
    """Give this process a mount namespace of its own: its parent does not see what it mounts."""
    _checked(_libc.unshare(ctypes.c_int(CLONE_NEWNS)), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    result = _libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    _checked(result, f"mount {target}")


def make_read_only(tree: str) -> None:
    """Make every mount below ``tree`` read-only and without set-user-id."""
    _set_mount_attributes(tree, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0)


def make_writable(mount_point: str) -> None:
    """Make this one mount writable again."""
    _set_mount_attributes(mount_point, 0, 0, _MOUNT_ATTR_RDONLY)


def _set_mount_attributes(path: str, flags: int, to_set: int, to_clear: int) -> None:
    class MountAttr(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]

    attributes = MountAttr(to_set, to_clear, 0, 0)
    _syscall(
        _SYS_MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(flags),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )


def enter_root(new_root: str) -> None:
    """Make ``new_root`` the root folder and let go of the old one."""
    os.chdir(new_root)
    _syscall(_SYS_PIVOT_ROOT[platform.machine()], b".", b".")
    _checked(_libc.umount2(b".", _MNT_DETACH), "umount of the old root")
    os.chdir("/")


def empty_bounding_set() -> None:
    """Let nothing that this process starts gain a capability. Needs one itself, so call it while still root."""
    for capability in range(64):
        # Fails if there is no such capability, or no right to drop it because none is held.
        _libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)


def drop_capabilities() -> None:
    """Empty this process's own capability sets; without them root is an ordinary user."""
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    _set_capabilities(0)


def _set_capabilities(held: int) -> None:
    """Hold these capabilities (a bit for each, numbers below 32) and no others."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _syscall(_SYS_CAPSET[platform.machine()], header, (ctypes.c_uint32 * 6)(held, held))


def install_filter(program: bytes) -> None:
    """Install a seccomp filter (an array of struct sock_filter), for this process and all it starts."""

    class SockFprog(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

    fprog = SockFprog(len(program) // 8, program)
    result = _libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), ctypes.byref(fprog), 0, 0)
    _checked(result, "seccomp")


class _RulesetAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("fs", "net", "scoped")]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("access", ctypes.c_uint64), ("fd", ctypes.c_int32)]


# landlock(7): execute 1, write_file 2, read_file 4, read_dir 8, ... refer (ABI 2), truncate (3), ioctl_dev (5)
_FS_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_READ_FILE, _READ_DIR = 4, 8
# The rights that a rule on a file may give: execute, write_file, read_file, truncate, ioctl_dev.
_ON_FILES = 0xC007


def landlock_abi() -> int:
    """The kernel's Landlock version, 0 if it has none."""
    version = _libc.syscall(ctypes.c_long(_SYS_LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    return max(0, int(version))


def landlock(readable: list[str], writable: list[str], listable: list[str]) -> None:
    """Allow only reading below ``readable``, everything below ``writable``, only listing names below ``listable``.

    TCP (ABI 4), and signals to and abstract sockets of outside processes (ABI 6), are closed if the
    kernel can do that. Only this thread is bound: call it before any other thread exists.
    """
    abi = landlock_abi()
    if abi == 0:
        raise OSError(38, "this kernel has no Landlock")
    rights = _FS_RIGHTS[min(abi, 5)]
    attributes = _RulesetAttr(rights, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _syscall(
        _SYS_LANDLOCK_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint(0)
    )
    try:
        for paths, access in (
            (readable, _READ_FILE | _READ_DIR),
            (writable, rights),
            (listable, _READ_DIR),
        ):
            for path in paths:
                _allow(ruleset, path, access)
        _syscall(_SYS_LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            access &= _ON_FILES
        rule = _PathBeneath(access, fd)
        _syscall(
            _SYS_LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint(0)
        )
    finally:
        os.close(fd)
