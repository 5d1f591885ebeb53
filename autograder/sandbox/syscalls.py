"""Which system calls a student's process may make (seccomp), as a filter built once.

Every call that libseccomp knows is classified here, with the reason of each group; tests/test_syscalls.py fails
for one that is not. What stands nowhere, because it is younger than this list, looks as if the kernel lacked it
(ENOSYS), which libraries are ready for. The allowed ones are those of Docker's default profile, less the denied.
pyseccomp (over libseccomp) writes the filter, so that it holds on every architecture.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import tempfile
from collections.abc import Mapping

import pyseccomp
from pyseccomp import Arg, Attr, SyscallFilter

from autograder.sandbox import linux

Groups = Mapping[str, str]

ALLOWED: Groups = {
    "files and folders, which Landlock and the private root bound": """
        access chdir chmod close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate
        fchdir fchmod fchmodat fchmodat2 fcntl fdatasync flock fstat fstatfs fsync ftruncate futimesat getcwd getdents
        getdents64 ioctl link linkat lseek lstat mkdir mkdirat newfstatat open openat openat2 pread64 preadv preadv2 pwrite64
        pwritev pwritev2 read readahead readlink readlinkat readv rename renameat renameat2 rmdir sendfile splice stat statfs
        statx symlink symlinkat sync_file_range tee truncate umask unlink unlinkat utime utimensat utimes vmsplice write
        writev""",
    "its own memory, which is counted": """
        brk madvise map_shadow_stack membarrier mincore mlock mlock2 mlockall mmap mprotect mremap mseal msync munlock
        munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages""",
    "its own processes and threads, which are counted": """
        arch_prctl clone exit exit_group fork futex futex_requeue futex_wait futex_waitv futex_wake get_robust_list
        get_thread_area getcpu getpgid getpgrp getpid getppid getsid gettid landlock_add_rule landlock_create_ruleset
        landlock_restrict_self prctl restart_syscall rseq rseq_slice_yield set_robust_list set_thread_area set_tid_address
        setpgid setsid vfork wait4 waitid""",
    "scheduling and limits: to look at all, to change its own": """
        getpriority getrlimit getrusage ioprio_get prlimit64 sched_get_priority_max sched_get_priority_min sched_getaffinity
        sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_yield setrlimit times""",
    "signals and timers; signals reach its own processes alone": """
        alarm getitimer kill pause pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
        rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo setitimer sigaltstack signalfd signalfd4 tgkill timer_create
        timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime tkill""",
    "who it is; without capabilities it becomes nobody else": """
        capget capset getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid setgroups
        setregid setresgid setresuid setreuid setuid""",
    "waiting, pipes, clocks, random numbers": """
        clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait
        eventfd eventfd2 getrandom gettimeofday nanosleep pipe pipe2 poll ppoll pselect6 select sysinfo time uname""",
    "Unix sockets among its own processes": """
        accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg
        sendto setsockopt shutdown socket socketpair""",
}
DENIED: Groups = {
    "another view of the file system, and the table of mounts": """
        chroot fsconfig fsmount fsopen fspick listmount listns mount mount_setattr move_mount open_tree open_tree_attr
        pivot_root setns statmount sysfs umount umount2 unshare ustat""",
    "other processes": """
        kcmp pidfd_getfd pidfd_open process_madvise process_mrelease process_vm_readv process_vm_writev ptrace""",
    "kernel attack surface": """
        bpf io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit io_uring_enter io_uring_register
        io_uring_setup lsm_get_self_attr lsm_list_modules lsm_set_self_attr modify_ldt perf_event_open personality seccomp
        uprobe uretprobe userfaultfd""",
    "key rings are shared by user": "add_key keyctl request_key",
    "memory that no limit counts, and that its neighbours could see": """
        memfd_create memfd_secret mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv
        msgsnd semctl semget semop semtimedop shmat shmctl shmdt shmget""",
    "where memory lies, also that of others": """
        get_mempolicy mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node""",
    "no other programs": "execve execveat uselib",
    "administration of the machine": """
        acct adjtimex cachestat clock_adjtime clock_settime create_module delete_module fanotify_init fanotify_mark
        finit_module init_module ioperm iopl kexec_file_load kexec_load lookup_dcookie name_to_handle_at
        open_by_handle_at quotactl quotactl_fd reboot setdomainname sethostname settimeofday swapoff swapon sync syncfs
        syslog vhangup""",
    "files beyond reading and writing": """
        chown fchown fchownat file_getattr file_setattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch lchown
        mknod mknodat""",
    "precedence over other submissions": """
        ioprio_set sched_setattr sched_setparam sched_setscheduler setpriority""",
    "no kernel has these any more": """
        _sysctl afs_syscall epoll_ctl_old epoll_wait_old get_kernel_syms getpmsg nfsservctl putpmsg query_module security
        tuxcall vserver""",
}
# A file system without them answers ENOTSUP, with which shutil.copy2 and others live.
DENIED_NOT_SUPPORTED: Groups = {
    "notes on files, which its neighbours could read": """
        fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat llistxattr
        lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat""",
}
# A filter can't look behind its pointer; without it the C library falls back to clone.
DENIED_UNKNOWN: Groups = {"new namespaces": "clone3"}

# Without namespaces the file system and the processes outside are in view; Landlock covers neither of these.
DENIED_IN_VIEW: Groups = {
    "files that Landlock does not cover": """
        chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat link linkat""",
    "signals to others of the same user": """
        kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal setpgid setsid""",
    "sockets outside, and files that are under way between two sockets, where no watch sees them": """
        socket connect bind listen sendmsg sendmmsg""",
}

# System calls younger than many an installed libseccomp; their numbers are the same on every architecture.
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

NAMESPACE_FLAGS = (
    *(linux.CLONE_NEWNS, linux.CLONE_NEWCGROUP, linux.CLONE_NEWUTS, linux.CLONE_NEWIPC),
    *(linux.CLONE_NEWUSER, linux.CLONE_NEWPID, linux.CLONE_NEWNET),
)


def names(groups: Groups) -> list[str]:
    return " ".join(groups.values()).split()


def student_filter(in_view: bool) -> bytes:
    """The filter as bytes for ``linux.install_filter``; ``in_view``: there are no namespaces.

    First comes what is denied, by name or by arguments; whatever that lets pass goes on to what is allowed by name.
    """
    denied = pyseccomp.ERRNO(errno.EPERM)
    policy = SyscallFilter(pyseccomp.ALLOW)
    for groups, number in (
        (DENIED, errno.EPERM),
        (DENIED_IN_VIEW if in_view else {}, errno.EPERM),
        (DENIED_NOT_SUPPORTED, errno.ENOTSUP),
        (DENIED_UNKNOWN, errno.ENOSYS),
    ):
        for name in names(groups):
            _deny(policy, pyseccomp.ERRNO(number), name)
    for flag in NAMESPACE_FLAGS:
        _deny(policy, denied, "clone", Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    for name in ("prlimit64", "sched_setaffinity"):  # of itself alone
        _deny(policy, denied, name, Arg(0, pyseccomp.NE, 0))
    # A datagram needs no connection to reach a socket in view, and a raw Unix socket is one for datagrams.
    kinds = {socket.SOCK_STREAM, socket.SOCK_SEQPACKET, *(() if in_view else (socket.SOCK_DGRAM,))}
    for call in ("socketpair",) if in_view else ("socket", "socketpair"):
        _deny(policy, denied, call, Arg(0, pyseccomp.NE, socket.AF_UNIX))
        for kind in set(range(16)) - kinds:  # four bits say which kind, the others are flags
            _deny(policy, denied, call, Arg(1, pyseccomp.MASKED_EQ, 0xF, kind))
    for call, commands in (("ioctl", IOCTL_DENIED), ("fcntl", FCNTL_DENIED.values())):
        for command in commands:  # the kernel reads 32 bits of it
            _deny(policy, denied, call, Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, command))
    return _one_after_the_other(_program(policy), _program(_allowing(names(ALLOWED))))


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
    with contextlib.suppress(OSError):  # before libseccomp 2.5 there is no other order than one by one
        policy.set_attr(Attr.CTL_OPTIMIZE, 2)
    with tempfile.TemporaryFile() as file:
        policy.export_bpf(file)
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


def _one_after_the_other(first: bytes, second: bytes) -> bytes:
    """One BPF program of two: where the first would allow a call, it goes on to the second."""
    steps = list(struct.iter_unpack("=HBBI", first))
    onward = [
        (0x05, 0, 0, len(steps) - place - 1) if (code, value) == (0x06, pyseccomp.ALLOW) else (code, yes, no, value)
        for place, (code, yes, no, value) in enumerate(steps)
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in onward) + second
