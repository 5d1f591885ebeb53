# stub: train
# attack: fills sockets, whose memory is no process's, with as much room in each as the system gives
# stopped-by: seccomp, memory watch
import socket

pair = socket.socketpair()
for option in (socket.SO_SNDBUF, 32):  # SO_SNDBUFFORCE
    try:
        pair[0].setsockopt(socket.SOL_SOCKET, option, 8 << 20)
    except OSError:
        continue
    raise SystemExit(f"got through: {pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)} bytes in one socket")
