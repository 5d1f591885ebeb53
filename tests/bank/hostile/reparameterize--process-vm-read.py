# stub: reparameterize
# attack: reads and writes the memory of other processes, and takes their open files
# stopped-by: seccomp, Landlock, pid namespace, own user
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


mine = ctypes.create_string_buffer(64)
local = Piece(ctypes.addressof(mine), 64)
for victim in (os.getppid(), 1):
    for call in (libc.process_vm_readv, libc.process_vm_writev):
        if call(victim, ctypes.byref(local), 1, ctypes.byref(local), 1, 0) >= 0:
            raise SystemExit("got through: the memory of another process")
if libc.syscall(434, os.getpid(), 0) >= 0:  # pidfd_open, on every architecture
    raise SystemExit("got through: a pidfd")
if libc.syscall(438, 0, 0, 0) >= 0:  # pidfd_getfd
    raise SystemExit("got through: the files of another process")
