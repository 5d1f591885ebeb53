# stub: generate
# attack: looks for the solution where the control's process keeps it
# stopped-by: private root, Landlock, own user
import glob
import os
import time

OWN = {os.path.realpath(path) for path in glob.glob("vae/*.py")}
PLACES = ("..", "../..", "/tmp", "/var/tmp", "/dev/shm", "/scratch", os.environ.get("TMPDIR", "."), "/proc/[0-9]*/cwd", "/proc/[0-9]*/root/scratch")


def others():
    for place in PLACES:
        for pattern in ("*/vae/*.py", "vae/*.py", "*/*/vae/*.py"):
            yield from (path for path in glob.glob(f"{place}/{pattern}") if os.path.realpath(path) not in OWN)


for _ in range(20):  # the control comes and goes beside it
    for path in others():
        try:
            text = open(path).read()
        except OSError:
            continue
        raise SystemExit(f"got through: {path} with {len(text)} letters")
    time.sleep(0.02)
