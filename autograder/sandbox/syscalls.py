"""Which system calls a student's process may make (seccomp), as a filter built once.

Every call that libseccomp knows is classified in syscalls.toml; tests/test_syscalls.py fails for one that is not.
A younger call that is not in there fails as if the kernel lacked it, which libraries are prepared for. pyseccomp
(built on libseccomp) writes the filter, so that it holds on every architecture.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path

import pyseccomp
from pyseccomp import Arg, Attr, SyscallFilter

from autograder.sandbox import linux

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Tables of groups: ``allowed``, ``denied``, ``not_supported``, ``unknown`` and ``denied_in_view``.
CLASSIFIED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

# System calls that an installed libseccomp may not know yet; their numbers are the same on every architecture.
YOUNG = {"process_madvise": 440, "mount_setattr": 442, "memfd_secret": 447} | {
    name: 451 + place
    for place, name in enumerate(
        """cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount lsm_get_self_attr
        lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat open_tree_attr
        file_getattr file_setattr listns rseq_slice_yield""".split()
    )
}

# Commands of fcntl that have the kernel signal another process, hold up its open(), or tell what it opens.
FCNTL_DENIED = {"F_SETOWN": 8, "F_SETSIG": 10, "F_SETOWN_EX": 15, "F_SETLEASE": 1024, "F_NOTIFY": 1026}
# The same by ioctl (FIOSETOWN, SIOCSPGRP), and TIOCSTI, which types into a terminal.
IOCTL_DENIED = (0x8901, 0x8902, 0x5412)
# PR_SET_DUMPABLE: a process that is not dumpable can't be watched.
PRCTL_DENIED = (4,)
# SO_SNDBUF, SO_SNDBUFFORCE: a socket's buffer is memory of no process. The supervisor relies on the usual size.
SOCKET_OPTIONS_DENIED = (7, 32)

NAMESPACE_FLAGS = (
    *(linux.CLONE_NEWNS, linux.CLONE_NEWCGROUP, linux.CLONE_NEWUTS, linux.CLONE_NEWIPC),
    *(linux.CLONE_NEWUSER, linux.CLONE_NEWPID, linux.CLONE_NEWNET),
)


def names(table: str) -> list[str]:
    """The calls in a table of syscalls.toml."""
    return " ".join(CLASSIFIED[table].values()).split()


def student_filter(in_view: bool) -> bytes:
    """The filter as bytes for ``linux.install_filter``; ``in_view``: there are no namespaces.

    First comes what is denied, by name or by arguments; whatever that lets pass must then be allowed by name.
    """
    denied = pyseccomp.ERRNO(errno.EPERM)
    policy = SyscallFilter(pyseccomp.ALLOW)
    numbers = {"denied": errno.EPERM, "not_supported": errno.ENOTSUP, "unknown": errno.ENOSYS}
    for table, number in {**numbers, **({"denied_in_view": errno.EPERM} if in_view else {})}.items():
        for name in names(table):
            _deny(policy, pyseccomp.ERRNO(number), name)
    for flag in NAMESPACE_FLAGS:
        _deny(policy, denied, "clone", Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    for name in ("prlimit64", "sched_setaffinity"):  # only on itself
        _deny(policy, denied, name, Arg(0, pyseccomp.NE, 0))
    # A datagram needs no connection to reach a socket in view, and a raw Unix socket is one for datagrams.
    kinds = {socket.SOCK_STREAM, socket.SOCK_SEQPACKET, *(() if in_view else (socket.SOCK_DGRAM,))}
    for call in ("socketpair",) if in_view else ("socket", "socketpair"):
        _deny(policy, denied, call, Arg(0, pyseccomp.NE, socket.AF_UNIX))
        for kind in set(range(16)) - kinds:  # four bits say which kind, the others are flags
            _deny(policy, denied, call, Arg(1, pyseccomp.MASKED_EQ, 0xF, kind))
    for call, place, commands in (
        ("prctl", 0, PRCTL_DENIED),
        ("ioctl", 1, IOCTL_DENIED),
        ("fcntl", 1, FCNTL_DENIED.values()),
        ("setsockopt", 2, SOCKET_OPTIONS_DENIED),
    ):
        for command in commands:  # the kernel reads 32 bits of it
            _deny(policy, denied, call, Arg(place, pyseccomp.MASKED_EQ, 0xFFFFFFFF, command))
    return _one_after_the_other(_program(policy), _program(_allowing(names("allowed"))))


def _allowing(calls: list[str]) -> SyscallFilter:
    policy = SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    for name in calls:
        _rule(policy, pyseccomp.ALLOW, name)
    return policy


def _deny(policy: SyscallFilter, action: int, name: str, *arguments: Arg) -> None:
    _rule(policy, action, name, *arguments)


def _rule(policy: SyscallFilter, action: int, name: str, *arguments: Arg) -> None:
    number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
    if number < 0:  # unknown to this libseccomp, or not a call of this architecture
        number = YOUNG.get(name, -1)
    if number >= 0:
        policy.add_rule(action, number, *arguments)


def _program(policy: SyscallFilter) -> bytes:
    with contextlib.suppress(OSError):  # before libseccomp 2.5 rules can only be tried one by one
        policy.set_attr(Attr.CTL_OPTIMIZE, 2)
    with tempfile.TemporaryFile() as file:
        policy.export_bpf(file)
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


def _one_after_the_other(first: bytes, second: bytes) -> bytes:
    """Join two BPF programs into one: what the first would allow goes on to the second."""
    steps = list(struct.iter_unpack("=HBBI", first))
    onward = [
        (0x05, 0, 0, len(steps) - place - 1)
        if (code, value) == (0x06, pyseccomp.ALLOW)
        else (code, yes, no, value)
        for place, (code, yes, no, value) in enumerate(steps)
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in onward) + second
