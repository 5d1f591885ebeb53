# stub: generate
# attack: asks for power over its neighbours: their precedence, cores, limits, descriptors and notes, by every call there is
# stopped-by: seccomp, pid namespace
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(256)
CALLS = {  # numbers on x86-64
    "setpriority": (141, 0, os.getppid(), 19),
    "ioprio_set": (251, 1, os.getppid(), 0x6000),
    "sched_setattr": (314, os.getppid(), room, 0),
    "sched_setparam": (142, os.getppid(), room),
    "sched_setaffinity": (203, os.getppid(), 8, room),
    "prlimit64": (302, os.getppid(), 7, None, room),
    "process_vm_readv": (310, os.getppid(), None, 0, None, 0, 0),
    "process_madvise": (440, 0, None, 0, 4, 0),
    "pidfd_open": (434, os.getppid(), 0),
    "pidfd_getfd": (438, 0, 0, 0),
    "kcmp": (312, os.getpid(), os.getppid(), 0, 0, 0),
    "add_key": (248, b"user", b"note", b"x", 1, -4),
    "inotify_init1": (294, 0),
    "fanotify_init": (300, 0, 0),
    "userfaultfd": (323, 1),
    "memfd_create": (319, b"x", 0),
    "memfd_secret": (447, 0),
    "io_uring_setup": (425, 8, room),
    "mq_open": (240, b"note", 0o102, 0o600, None),
    "quotactl": (179, 0, None, 0, None),
}
if platform.machine() == "x86_64":
    for name, (number, *arguments) in CALLS.items():
        if libc.syscall(number, *arguments) >= 0:
            raise SystemExit(f"got through: {name}")
for path in ("/proc/self/oom_score_adj", "/proc/self/autogroup", f"/proc/{os.getppid()}/oom_score_adj"):
    try:
        open(path, "w").write("-1")
    except OSError:
        continue
    raise SystemExit(f"got through: {path}")
