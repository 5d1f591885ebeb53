"""Which system calls a student's process may not make (seccomp), as a filter built once.

pyseccomp (over libseccomp) writes the filter, so that it holds on every architecture. The list
is a deny-list over an allowed default: PyTorch's own needs differ by platform and release.
"""

from __future__ import annotations

import errno
import os
import socket
import tempfile

import pyseccomp
from pyseccomp import Arg, SyscallFilter

from autograder.sandbox import linux

# Each group in one line: what it would open.
DENIED = (
    "unshare setns mount umount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick "
    "mount_setattr "  # another view of the file system
    "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd pidfd_open "  # other processes
    "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup seccomp "  # kernel attack surface
    "add_key request_key keyctl "  # key rings are shared by user
    "memfd_create memfd_secret shmget shmat shmctl semget semop semctl msgget msgsnd msgctl "  # memory no limit counts
    "execve execveat "  # no other programs
    "kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff syslog acct "
    "iopl ioperm quotactl nfsservctl open_by_handle_at name_to_handle_at fanotify_init settimeofday "
    "clock_settime clock_adjtime adjtimex sethostname setdomainname vhangup lookup_dcookie "  # administration
    "mknod mknodat chown fchown lchown fchownat setxattr lsetxattr fsetxattr setxattrat "  # files beyond reading and writing
    "setpriority sched_setscheduler sched_setattr ioprio_set "  # precedence over other submissions
    "inotify_init inotify_init1 fanotify_mark"
).split()

# Without namespaces the file system and the processes outside are in view; Landlock covers neither of these.
DENIED_IN_VIEW = (
    "chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat "
    "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal "
    "socket connect bind listen mq_open mq_unlink setpgid setsid link linkat"
).split()

# System calls younger than many an installed libseccomp; their numbers are the same on every architecture.
YOUNG = {
    "process_madvise": 440,
    "mount_setattr": 442,
    "memfd_secret": 447,
    "fchmodat2": 452,
    "setxattrat": 463,
}

# Commands of fcntl that have the kernel signal another process, hold up its open(), or tell what it opens.
FCNTL_DENIED = {"F_SETOWN": 8, "F_SETSIG": 10, "F_SETOWN_EX": 15, "F_SETLEASE": 1024, "F_NOTIFY": 1026}
# The same by ioctl (FIOSETOWN, SIOCSPGRP), and TIOCSTI, which types into a terminal.
IOCTL_DENIED = (0x8901, 0x8902, 0x5412)

NAMESPACE_FLAGS = (
    *(linux.CLONE_NEWNS, linux.CLONE_NEWCGROUP, linux.CLONE_NEWUTS, linux.CLONE_NEWIPC),
    *(linux.CLONE_NEWUSER, linux.CLONE_NEWPID, linux.CLONE_NEWNET),
)


def student_filter(in_view: bool) -> bytes:
    """The filter as bytes for ``linux.install_filter``; ``in_view``: there are no namespaces."""
    denied = pyseccomp.ERRNO(errno.EPERM)
    policy = SyscallFilter(pyseccomp.ALLOW)
    for name in DENIED + (DENIED_IN_VIEW if in_view else []):
        _deny(policy, denied, name)
    for flag in NAMESPACE_FLAGS:
        policy.add_rule(denied, "clone", Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # A filter can't look behind clone3's pointer; without it the C library falls back to clone.
    _deny(policy, pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    _deny(policy, denied, "prlimit64", Arg(0, pyseccomp.NE, 0))
    if in_view:
        _deny(policy, denied, "socketpair", Arg(1, pyseccomp.MASKED_EQ, 0xF, socket.SOCK_DGRAM))
    else:
        _deny(policy, denied, "socket", Arg(0, pyseccomp.NE, socket.AF_UNIX))
    for call, commands in (("ioctl", IOCTL_DENIED), ("fcntl", FCNTL_DENIED.values())):
        for command in commands:  # the kernel reads 32 bits of it
            _deny(policy, denied, call, Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, command))
    with tempfile.TemporaryFile() as file:
        policy.export_bpf(file)
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


def _deny(policy: SyscallFilter, action: int, name: str, *arguments: Arg) -> None:
    number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
    if number < 0:  # unknown to this libseccomp, or not a call of this architecture
        number = YOUNG.get(name, -1)
    if number >= 0:
        policy.add_rule(action, number, *arguments)
