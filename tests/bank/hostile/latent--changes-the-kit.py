# stub: generate
# attack: overwrites, truncates, removes, re-dates and opens up the kit's files, Python's and torch's
# stopped-by: private root, Landlock, seccomp, own user
import os
import sys

import torch

kit = os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["autograder"].__file__)))
TARGETS = [f"{kit}/autograder/grading.py", f"{kit}/autograder/checks", f"{kit}/autograder/vae/checks", f"{kit}/solution/vae/loss.py", f"{kit}/README.md"]
TARGETS += [torch.__file__, os.__file__, "/etc/passwd", "/usr/lib", sys.executable]
WAYS = {
    "write": lambda path: open(path, "a"),
    "truncate": lambda path: os.truncate(path, 0),
    "unlink": os.unlink,
    "rename": lambda path: os.rename(path, path + ".old"),
    "chmod": lambda path: os.chmod(path, 0o777),
    "utime": os.utime,
    "chown": lambda path: os.chown(path, os.getuid(), os.getgid()),
    "xattr": lambda path: os.setxattr(path, "user.x", b"y"),
    "new file": lambda path: open(os.path.join(os.path.dirname(path), "new.pth"), "x"),
    "new folder": lambda path: os.mkdir(path + ".d"),
}
for path in TARGETS:
    for name, way in WAYS.items():
        try:
            way(path)
        except OSError:
            continue
        raise SystemExit(f"got through: {name} {path}")
