# stub: reparameterize
# attack: has the kernel send SIGKILL to the grader when its own socket becomes readable (F_SETOWN, F_SETSIG)
# stopped-by: seccomp
import fcntl
import os
import socket

ours, theirs = socket.socketpair()
for victim in (os.getppid(), 1, os.getppid() - 1):
    try:
        fcntl.fcntl(ours, 8, victim)  # F_SETOWN
        fcntl.fcntl(ours, 10, 9)  # F_SETSIG
        fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
        theirs.send(b"now")
    except OSError:
        continue
    raise SystemExit("got through: a process outside owns the signals of a descriptor")

ours.close()  # the short run has all four files in one process, and another of them may count what is open
theirs.close()
