# stub: reparameterize
# attack: moves every process it can name to one core, where they get in each other's way and read a note in it
# stopped-by: seccomp, pid namespace
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
moved = []
for process in {1, os.getppid(), *range(2, 3000)} - {os.getpid()}:
    try:
        os.sched_setaffinity(process, {0})
    except OSError:
        continue
    moved.append(process)
for process in (1, os.getppid()):
    for name in ("migrate_pages", "move_pages"):
        number = {"migrate_pages": 256, "move_pages": 279}[name]
        if os.uname().machine == "x86_64" and libc.syscall(number, process, 0, None, None, None, 0) >= 0:
            moved.append(name)
if moved:
    raise SystemExit(f"got through: moved {moved[:5]}")
if os.cpu_count() > 1 and len(os.sched_getaffinity(0)) == 1:
    raise SystemExit("got through: somebody has moved this process")
