# stub: reconstruction_loss, kl_divergence, loss_function
# ends: crashed, timeout
# attack: announces a frame of 2 GB of text and 4 exabytes of tensors
# stopped-by: frame caps
import os
import sys

from autograder.sandbox import wire

frame = sys._getframe()
while "rpc" not in frame.f_locals:
    frame = frame.f_back
os.write(frame.f_locals["rpc"].fileno(), wire.HEADER.pack(wire.MAGIC, 2**31, 2**62))
