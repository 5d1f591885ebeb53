# stub: reparameterize
# attack: attaches to its parent and the first process as a debugger
# stopped-by: seccomp, Landlock, pid namespace, own user
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for victim in (os.getppid(), 1):
    for request in (16, 0x4206):  # PTRACE_ATTACH, PTRACE_SEIZE
        if libc.ptrace(request, victim, None, None) == 0:
            raise SystemExit("got through: tracing another process")
