# stub: reparameterize
# attack: takes on root's and other students' user ids, and gives itself capabilities
# stopped-by: own user, no capabilities, no_new_privs
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
if os.getuid() == 0:
    raise SystemExit("got through: it is root already")
for change in (os.setuid, os.setgid, os.seteuid, os.setegid):
    for identity in (0, 1000, 1_000_000_000):
        before = os.getresuid(), os.getresgid()
        try:
            change(identity)
        except (OSError, OverflowError):
            continue
        if (os.getresuid(), os.getresgid()) != before:
            raise SystemExit(f"got through: {change.__name__} {identity}")
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
every = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if libc.syscall({"x86_64": 126, "aarch64": 91}[platform.machine()], header, every) == 0:
    raise SystemExit("got through: capabilities")
if libc.prctl(39, 0, 0, 0, 0) != 1:  # PR_GET_NO_NEW_PRIVS
    raise SystemExit("got through: a set-user-id program could still raise privileges")
