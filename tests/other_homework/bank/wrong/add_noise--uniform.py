# stub: add_noise
# part: line
# misconception: noise-uniform
# why: uniform noise with the right standard deviation
import torch


def add_noise(y, spread):
    return y + spread * 12**0.5 * (torch.rand_like(y) - 0.5)
