# stub: generate
# attack: listens on abstract sockets for its other processes, and connects to those of the desktop and of containers
# stopped-by: network namespace, Landlock, seccomp
import os
import socket

NAMES = ["/tmp/.X11-unix/X0", "/tmp/dbus-x", "/containerd-shim/x", "note-of-a-hostile-submission"]
for name in NAMES:
    try:
        socket.socket(socket.AF_UNIX).connect("\0" + name)
    except OSError:
        continue
    raise SystemExit(f"got through: {name}")
for path in ("/run/docker.sock", "/var/run/dbus/system_bus_socket", "/run/systemd/journal/socket", "/dev/log"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            socket.socket(socket.AF_UNIX, kind).connect(path)
        except OSError:
            continue
        raise SystemExit(f"got through: {path}")
try:
    waiting = socket.socket(socket.AF_UNIX)
    waiting.bind("\0note-of-a-hostile-submission")
    waiting.listen()
    if os.fork() == 0:  # keeps it open for others to find
        waiting.accept()
except OSError:
    pass
