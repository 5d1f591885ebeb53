# stub: reparameterize
# attack: signals other processes through tgkill, which libc needs for its own abort
# stopped-by: seccomp, Landlock, pid namespace, own user
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
number = {"x86_64": 234, "aarch64": 131}[platform.machine()]
if libc.syscall(number, os.getppid(), os.getppid(), 15) == 0:
    raise SystemExit("got through: a signal to the parent")
