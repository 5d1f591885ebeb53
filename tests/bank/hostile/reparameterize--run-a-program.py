# stub: reparameterize
# attack: runs a shell in every way that Python knows, with LD_PRELOAD set
# stopped-by: seccomp
import ctypes
import os
import subprocess
import sys

os.environ["LD_PRELOAD"] = "/scratch/evil.so"
WAYS = {
    "subprocess": lambda: subprocess.run(["/bin/sh", "-c", "exit 0"], check=True),
    "shell": lambda: subprocess.run("exit 0", shell=True, check=True),
    "posix_spawn": lambda: os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", "exit 0"], {}), 0)[1] and 1 / 0,
    "python": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
}
for name, way in WAYS.items():
    try:
        way()
    except (OSError, subprocess.SubprocessError, ArithmeticError):
        continue
    raise SystemExit(f"got through: {name}")
if os.system("exit 0") == 0:
    raise SystemExit("got through: system")
child = os.fork()
if child == 0:
    try:
        fd = os.open(sys.executable, os.O_RDONLY)
        os.execve(fd, ["python", "-c", "pass"], {})
    finally:
        os._exit(7)
if os.waitpid(child, 0)[1] == 0:
    raise SystemExit("got through: fexecve")
