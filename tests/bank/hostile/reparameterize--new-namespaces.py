# stub: reparameterize
# attack: becomes root in a user namespace of its own, by unshare, clone and clone3
# stopped-by: seccomp
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
NEW = {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000, "ipc": 0x8000000}
clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
for name, flag in NEW.items():
    if libc.unshare(flag) == 0 or libc.unshare(flag | NEW["user"]) == 0:
        raise SystemExit(f"got through: unshare of {name}")
    child = libc.syscall(clone, flag | NEW["user"] | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        raise SystemExit(f"got through: clone with a new {name} namespace")
arguments = (ctypes.c_uint64 * 11)(NEW["user"], 0, 0, 0, 17)
child = libc.syscall(435, ctypes.byref(arguments), 88)
if child == 0:
    os._exit(0)
if child > 0:
    raise SystemExit("got through: clone3")
