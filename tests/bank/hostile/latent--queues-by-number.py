# stub: generate
# attack: takes messages from queues that others have made and lowers their semaphores, by trying numbers
# stopped-by: seccomp, ipc namespace
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(4096)
lower = (ctypes.c_short * 3)(0, -1, 0o4000)
WAYS = {
    "msgrcv": lambda number: libc.msgrcv(number, room, ctypes.c_size_t(4000), ctypes.c_long(0), 0o4000),
    "msgsnd": lambda number: libc.msgsnd(number, room, ctypes.c_size_t(8), 0o4000),
    "semop": lambda number: libc.semop(number, lower, ctypes.c_size_t(1)),
    "semtimedop": lambda number: libc.semtimedop(number, lower, ctypes.c_size_t(1), None),
    "shmat": lambda number: ctypes.c_long(libc.shmat(number, None, 0o10000)).value,
}
for number in range(50):
    for name, way in WAYS.items():
        ctypes.set_errno(0)
        if way(number) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            raise SystemExit(f"got through: {name} of {number}, errno {ctypes.get_errno()}")
