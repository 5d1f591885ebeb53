# stub: reparameterize
# attack: makes and opens devices: memory, disks, terminals, the kernel's log
# stopped-by: seccomp, private root, Landlock
import os
import stat

for name in ("mem", "kmem", "kmsg", "port", "tty", "console", "ptmx", "sda", "vda", "kvm", "fuse", "net/tun", "shm/x"):
    try:
        os.open(f"/dev/{name}", os.O_RDWR)
    except OSError:
        continue
    raise SystemExit(f"got through: /dev/{name}")
for kind in (stat.S_IFBLK, stat.S_IFCHR):
    try:
        os.mknod("device", kind | 0o666, os.makedev(1, 1))
    except OSError:
        continue
    raise SystemExit("got through: a device of its own")
