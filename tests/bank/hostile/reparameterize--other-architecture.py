# stub: reparameterize
# ends: crashed, graded
# attack: makes its system calls under the numbers of another architecture (x32), which a careless filter does not know
# stopped-by: seccomp
import ctypes
import platform

if platform.machine() == "x86_64":
    ctypes.CDLL(None).syscall(0x40000000 + 101, 16, 1, 0, 0)  # ptrace
    raise SystemExit("got through: a system call of x32")
