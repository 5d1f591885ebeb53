# stub: reparameterize
# attack: installs a system-call filter with a listener, to answer system calls of processes to come itself
# stopped-by: seccomp
import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)
program = (ctypes.c_uint64 * 1)(0x7FFF000000000006)  # return "allow"
fprog = (ctypes.c_uint64 * 2)(1, ctypes.addressof(program))
number = {"x86_64": 317, "aarch64": 277}[platform.machine()]
if libc.syscall(number, 1, 8, ctypes.byref(fprog)) >= 0:  # SECCOMP_FILTER_FLAG_NEW_LISTENER
    raise SystemExit("got through: a listener for system calls")
