# stub: reparameterize
# ends: graded, crashed, timeout
# loses: yes
# attack: takes as many processes, memory, files and time as it can get, so that the control beside it fails
# stopped-by: rlimits, memory watch, CPU watch, control
import mmap
import os
import time

for number in range(48):
    try:
        if os.fork() == 0:
            kept = [mmap.mmap(-1, 1 << 22)]
            try:
                kept += [open(f"{number}-{n}", "wb") for n in range(200)]
            except OSError:
                pass
            until = time.monotonic() + 4
            while time.monotonic() < until:
                kept[0].seek(0)
                kept[0].write(b"x" * (1 << 22))
            os._exit(0)
    except OSError:
        break
