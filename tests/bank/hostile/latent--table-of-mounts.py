# stub: generate
# attack: asks the kernel for the table of mounts, and so for the paths of the grader and of others
# stopped-by: seccomp
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
request = (ctypes.c_uint64 * 4)(24, 0xFFFFFFFFFFFFFFFF, 0x10, 0)
answer = ctypes.create_string_buffer(8192)
CALLS = {"listmount": 458, "statmount": 457, "listns": 470, "open_tree_attr": 467}  # the same everywhere
for name, number in CALLS.items():
    ctypes.set_errno(0)
    found = libc.syscall(ctypes.c_long(number), request, answer, ctypes.c_size_t(512), 0)
    if found >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        raise SystemExit(f"got through: {name}, errno {ctypes.get_errno()}")
