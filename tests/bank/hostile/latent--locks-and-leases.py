# stub: generate
# attack: takes leases and watches on shared files, to hold up or to overhear other submissions
# stopped-by: seccomp
import fcntl
import os

import torch

for path in (torch.__file__, os.__file__):
    try:
        shared = os.open(path, os.O_RDONLY)
    except OSError:
        continue  # a folder that its user can't enter
    for name, command, value in (("lease", 1024, fcntl.F_WRLCK), ("lease", 1024, fcntl.F_RDLCK), ("watch", 1026, 1)):
        try:
            fcntl.fcntl(shared if name == "lease" else os.open(os.path.dirname(path), os.O_RDONLY), command, value)
        except OSError:
            continue
        raise SystemExit(f"got through: a {name} on {path}")
