# stub: generate
# attack: writes files outside its folder, among them where programs of the instructor would load them
# stopped-by: private root, Landlock
import os
import sys

PLACES = ["/x", "/etc/ld.so.preload", "/etc/cron.d/x", "/usr/lib/x.so", "/var/tmp/x", "/root/.bashrc", "/home/x", "/run/x", "/dev/x"]
PLACES += [f"{folder}/x.pth" for folder in sys.path if folder and "scratch" not in folder]
for path in PLACES:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    except OSError:
        continue
    raise SystemExit(f"got through: {path}")
