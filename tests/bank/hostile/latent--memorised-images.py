# stub: generate, interpolate, restore
# work: wrong
# most: 6
# attack: has images stored in the file and returns them instead of decoding anything
# stopped-by: no answers in the process
import base64
import zlib

import torch

STORED = zlib.compress(bytes(range(256)) * 4)
IMAGE = torch.frombuffer(bytearray(zlib.decompress(STORED)[:784]), dtype=torch.uint8).float().view(1, 1, 28, 28) / 255


def generate(model, count, device):
    return IMAGE.repeat(count, 1, 1, 1)


def interpolate(model, x_start, x_end, steps):
    return IMAGE.repeat(steps, 1, 1, 1)


def restore(model, x, known, iterations):
    return torch.where(known.bool(), x, IMAGE.expand_as(x))
