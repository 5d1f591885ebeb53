# stub: reconstruction_loss, kl_divergence, loss_function
# ends: crashed, timeout
# attack: a frame whose document is 100,000 lists inside each other, and a number of 100,000 digits
# stopped-by: frame caps
import os
import sys

from autograder.sandbox import wire

frame = sys._getframe()
while "rpc" not in frame.f_locals:
    frame = frame.f_back
for document in (b"[" * 100_000 + b"]" * 100_000, b"1" * 100_000):
    os.write(frame.f_locals["rpc"].fileno(), wire.HEADER.pack(wire.MAGIC, len(document), 0) + document)
