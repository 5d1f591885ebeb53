"""``python launch.py HOW COMMAND...``: become the command on a machine restricted as no standard tool can restrict it.

- ``filtered``: a seccomp filter forbids namespaces and mounts, as Docker's does; ``bare``: it forbids Landlock too
- ``without NAME,NAME ERRNO``: these system calls fail with ERRNO, as in an older kernel (ENOSYS) or under gVisor
- ``mapped COUNT``: in a user namespace that maps the first COUNT ids to themselves, as userns-remap and podman do
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

NEW = 0x7E020000 | 0x80  # every CLONE_NEW flag that clone(2) takes, CLONE_NEWTIME too
FORBIDDEN = "unshare setns mount umount2 pivot_root mount_setattr move_mount open_tree fsopen fsmount".split()
LANDLOCK = "landlock_create_ruleset landlock_add_rule landlock_restrict_self".split()


def filtered(more: list[str]) -> None:
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in [*FORBIDDEN, *more]:
        rules.add_rule(seccomp.ERRNO(errno.EPERM), name)
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for bit in range(32):
        if NEW >> bit & 1:
            rules.add_rule(
                seccomp.ERRNO(errno.EPERM), "clone", seccomp.Arg(0, seccomp.MASKED_EQ, 1 << bit, 1 << bit)
            )
    rules.load()


def without(names: str, number: int) -> None:
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in names.split(","):
        if name == "seccomp":
            rules.add_rule(seccomp.ERRNO(number), "prctl", seccomp.Arg(0, seccomp.EQ, 22))
        rules.add_rule(seccomp.ERRNO(number), name)
    rules.load()


def mapped(count: int) -> None:
    """Enter a user namespace. A forked child writes this process's id maps while this process waits for it."""
    libc = ctypes.CDLL(None, use_errno=True)
    ready, written = os.pipe(), os.pipe()
    me = os.getpid()
    if os.fork() == 0:
        os.read(ready[0], 1)
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{me}/{name}").write_text(f"0 0 {count}")
        os.write(written[1], b".")
        os._exit(0)
    if libc.unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    os.write(ready[1], b".")
    os.read(written[0], 1)
    os.wait()
    for end in (*ready, *written):
        os.close(end)


def main() -> None:
    how, *command = sys.argv[1:]
    if how == "filtered":
        filtered([])
    elif how == "bare":
        filtered(LANDLOCK)
    elif how == "without":
        names, code, *command = command
        without(names, getattr(errno, code))
    elif how == "mapped":
        count, *command = command
        mapped(int(count))
    else:
        sys.exit(f"launch.py knows no {how}")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
