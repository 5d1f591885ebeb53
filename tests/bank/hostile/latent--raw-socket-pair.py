# stub: generate
# attack: a pair of raw Unix sockets, which the kernel takes for datagram ones, to write to sockets in view
# stopped-by: seccomp, private root
import socket

for kind in (socket.SOCK_RAW, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.SOCK_RDM, 4, 10):
    try:
        here, there = socket.socketpair(socket.AF_UNIX, kind)
    except OSError:
        continue
    for path in ("/dev/log", "/run/systemd/notify", "/run/systemd/journal/socket", "/run/systemd/journal/dev-log"):
        try:
            here.sendto(b"a note of a hostile submission", path)
        except OSError:
            continue
        raise SystemExit(f"got through: a datagram to {path}")
    raise SystemExit(f"got through: a pair of kind {kind}")
