# stub: train
# attack: hides files from the count of its folder: each is sent to itself and closed before it arrives
# stopped-by: seccomp, private root
import os
import socket

here, there = socket.socketpair()
hidden = 0
try:
    for number in range(12):
        file = os.open(f"under-way-{number}", os.O_RDWR | os.O_CREAT)
        os.unlink(f"under-way-{number}")
        for _ in range(10):
            os.write(file, bytes(1 << 20))
        socket.send_fds(here, [b"."], [file])
        os.close(file)
        hidden += 10
except OSError:
    pass
else:
    raise SystemExit(f"got through: {hidden} MB that nobody sees")
