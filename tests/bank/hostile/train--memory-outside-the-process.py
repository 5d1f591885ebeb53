# stub: train
# attack: takes memory that no process shows: memfd, System V segments, message queues, huge pages
# stopped-by: seccomp, ipc namespace, rlimits
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
librt = ctypes.CDLL("librt.so.1", use_errno=True) if os.path.exists("/lib/x86_64-linux-gnu/librt.so.1") else libc
try:
    os.memfd_create("bomb")
except OSError:
    pass
else:
    raise SystemExit("got through: memfd")
if libc.shmget(0, 1 << 20, 0o1600) >= 0:
    raise SystemExit("got through: a System V segment")
if libc.msgget(0, 0o1600) >= 0 or libc.semget(0, 1, 0o1600) >= 0:
    raise SystemExit("got through: a System V queue")
if hasattr(librt, "mq_open") and librt.mq_open(b"/bomb", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:
    raise SystemExit("got through: a message queue")
