# stub: reparameterize
# attack: mounts, remounts, changes its root and enters other namespaces, to see another file system
# stopped-by: seccomp, no capabilities
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
WAYS = {
    "mount tmpfs": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    "mount proc": lambda: libc.mount(b"proc", b"/tmp", b"proc", 0, None),
    "remount": lambda: libc.mount(None, b"/", None, 32 | 4096, None),
    "umount": lambda: libc.umount2(b"/tmp", 2),
    "pivot_root": lambda: libc.syscall(155, b".", b"."),
    "open_tree": lambda: libc.syscall(428, -100, b"/", 1),
    "fsopen": lambda: libc.syscall(430, b"tmpfs", 0),
    "mount_setattr": lambda: libc.syscall(442, -100, b"/", 0x8000, None, 0),
    "setns": lambda: libc.setns(0, 0),
    "chroot": lambda: libc.chroot(b"."),
}
for name, way in WAYS.items():
    if way() >= 0:
        raise SystemExit(f"got through: {name} {os.listdir('/')}")
