# stub: add_noise
# part: line
# misconception: noise-shared
# why: one draw for all elements
import torch


def add_noise(y, spread):
    return y + spread * torch.randn(1)
