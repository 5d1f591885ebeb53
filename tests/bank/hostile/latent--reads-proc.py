# stub: generate
# attack: reads memory, maps, environments, command lines and open files of all processes
# stopped-by: private root, Landlock
import os

NAMES = "mem maps environ cmdline status stat fd cwd root auxv syscall stack task mountinfo net/tcp smaps_rollup".split()
for process in ("self", "thread-self", "1", str(os.getpid()), str(os.getppid()), *map(str, range(2, 200))):
    for name in NAMES:
        path = f"/proc/{process}/{name}"
        try:
            found = os.listdir(path) if name in ("fd", "task") else open(path, "rb").read(200)
        except OSError:
            continue
        raise SystemExit(f"got through: {path}: {found}")
for name in ("meminfo", "version", "kallsyms", "keys", "mounts", "sys/kernel/hostname", "loadavg", "net/unix"):
    try:
        found = open(f"/proc/{name}").read(100)
    except OSError:
        continue
    raise SystemExit(f"got through: /proc/{name}: {found}")
