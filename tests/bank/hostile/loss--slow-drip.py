# stub: reconstruction_loss, kl_divergence, loss_function
# ends: timeout
# attack: sends its answer one byte at a time, to keep the grader waiting for ever
# stopped-by: frame caps
import os
import sys
import time

from autograder.sandbox import wire

frame = sys._getframe()
while "rpc" not in frame.f_locals:
    frame = frame.f_back
line = frame.f_locals["rpc"].fileno()
os.write(line, wire.HEADER.pack(wire.MAGIC, 900_000, 0))
while True:
    os.write(line, b" ")
    time.sleep(0.05)
