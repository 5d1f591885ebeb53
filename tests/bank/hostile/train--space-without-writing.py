# stub: train
# attack: has the disk set gigabytes aside at once, beyond a file's end or in file after file
# stopped-by: seccomp, private root
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for number, mode in enumerate((0, 1)):  # FALLOC_FL_KEEP_SIZE: no limit on a file's size counts
    file = os.open(f"aside-{number}", os.O_RDWR | os.O_CREAT)
    libc.fallocate(file, mode, ctypes.c_long(0), ctypes.c_long((30 if mode == 0 else 200) << 20))
    taken = os.fstat(file).st_blocks * 512 >> 20
    if taken:
        raise SystemExit(f"got through: {taken} MB")
