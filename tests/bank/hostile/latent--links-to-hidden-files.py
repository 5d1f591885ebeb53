# stub: generate
# attack: reaches hidden files by symbolic and hard links, by renaming them, and by climbing out with folder handles
# stopped-by: private root, Landlock
import os
import sys

kit = os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["autograder"].__file__)))
hidden = f"{kit}/solution/vae/loss.py"
up = "../" * 20
WAYS = {
    "symlink": lambda: (os.symlink(hidden, "link"), open("link").read())[1],
    "symlink to a folder": lambda: (os.symlink("/", "root"), open("root" + hidden).read())[1],
    "hard link": lambda: (os.link(hidden, "hard"), open("hard").read())[1],
    "rename": lambda: (os.rename(hidden, "moved"), open("moved").read())[1],
    "climb": lambda: open(up + hidden[1:]).read(),
    "handle": lambda: os.read(os.open(hidden[1:], os.O_RDONLY, dir_fd=os.open(up, os.O_PATH)), 100),
    "reopen": lambda: open(f"/proc/self/fd/{os.open(hidden, os.O_PATH)}").read(),
    "dev fd": lambda: open(f"/dev/fd/{os.open(hidden, os.O_PATH)}").read(),
    "exchange": lambda: os.replace("x", hidden),
}
for name, way in WAYS.items():
    try:
        found = way()
    except OSError:
        continue
    raise SystemExit(f"got through: {name}: {found}")
