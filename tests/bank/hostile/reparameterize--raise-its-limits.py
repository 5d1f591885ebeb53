# stub: reparameterize
# attack: lifts its own resource limits and those of its parent, locks memory and asks for precedence
# stopped-by: rlimits, seccomp
import ctypes
import os
import resource

libc = ctypes.CDLL(None, use_errno=True)
for name in ("CPU", "DATA", "NPROC", "NOFILE", "FSIZE", "CORE", "MEMLOCK"):
    which = getattr(resource, f"RLIMIT_{name}")
    for act in (
        lambda: resource.setrlimit(which, (-1, -1)),
        lambda: resource.prlimit(os.getppid(), which, (-1, -1)),
        lambda: resource.prlimit(os.getppid(), which, (0, 0)),
    ):
        try:
            act()
        except (OSError, ValueError):
            continue
        raise SystemExit(f"got through: RLIMIT_{name}")
if libc.mlockall(3) == 0:
    raise SystemExit("got through: locked memory")
for act in (lambda: os.nice(-5), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))):
    try:
        act()
    except OSError:
        continue
    raise SystemExit("got through: precedence")
