# stub: reparameterize
# attack: leaves a daemon behind: forked twice, in a session of its own, deaf to signals, without the parent-death signal
# stopped-by: pid namespace, subreaper
import ctypes
import os
import signal
import time

if os.fork() == 0:
    try:
        os.setsid()
    except OSError:
        pass
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    if os.fork() == 0:
        os.closerange(0, 256)
        while True:
            time.sleep(1000)
    os._exit(0)
