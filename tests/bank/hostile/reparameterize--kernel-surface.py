# stub: reparameterize
# attack: reaches for the kernel interfaces that exploits begin with: io_uring, bpf, perf, userfaultfd, aio
# stopped-by: seccomp
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(256)
CALLS = {
    "io_uring_setup": lambda: libc.syscall(425, 1, room),
    "io_uring_enter": lambda: libc.syscall(426, 0, 0, 0, 0, None, 0),
    "fanotify_init": lambda: libc.fanotify_init(0, 0),
    "inotify_init": lambda: libc.inotify_init1(0),
    "open_by_handle_at": lambda: libc.open_by_handle_at(-100, room, 0),
    "memfd_secret": lambda: libc.syscall(447, 0),
    "pidfd of itself": lambda: libc.syscall(434, 1, 0),
}
import platform

if platform.machine() == "x86_64":
    for name, number in {"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "io_setup": 206}.items():
        CALLS[name] = lambda number=number: libc.syscall(number, 0, room, 0, 0, 0)
for name, call in CALLS.items():
    ctypes.set_errno(0)
    if call() >= 0 or ctypes.get_errno() not in (1, 13, 38):
        raise SystemExit(f"got through: {name}, error {ctypes.get_errno()}")
