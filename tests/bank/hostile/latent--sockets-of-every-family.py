# stub: generate
# attack: opens a socket of each of the 46 address families and all types
# stopped-by: seccomp, network namespace
import socket

for family in range(46):
    for kind in range(1, 7):
        try:
            socket.socket(family, kind)
        except OSError:
            continue
        if family != socket.AF_UNIX:
            raise SystemExit(f"got through: address family {family}, type {kind}")
