# stub: train
# attack: has the system hide its memory and open files from whoever watches it
# stopped-by: seccomp
import ctypes

if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0:  # PR_SET_DUMPABLE
    raise SystemExit("got through: not dumpable")
