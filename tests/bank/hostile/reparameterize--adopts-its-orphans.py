# stub: reparameterize
# ends: crashed
# attack: makes itself the adoptive parent of its daemons, hides their name and exits without a word
# stopped-by: pid namespace, subreaper
import ctypes
import os
import time

libc = ctypes.CDLL(None)
libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
for _ in range(5):
    if os.fork() == 0:
        libc.prctl(15, b"a) R 1 (", 0, 0, 0)  # a name that is hard to parse
        if os.fork() == 0:
            while True:
                time.sleep(1000)
        os._exit(0)
os._exit(0)
