# stub: train
# attack: ends its main thread, by which /proc tells of a process, and has another one take shared memory
# stopped-by: memory watch
# ends: crashed, timeout
import ctypes
import mmap
import platform
import threading
import time


def bomb():
    time.sleep(0.3)
    kept = []
    for _ in range(12):
        kept.append(mmap.mmap(-1, 128 << 20))
        for place in range(0, 128 << 20, 1 << 20):
            kept[-1][place : place + (1 << 20)] = bytes(1 << 20)
    time.sleep(2)


threading.Thread(target=bomb).start()
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)  # exit, of this thread alone
