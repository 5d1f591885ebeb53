# stub: add_noise
# part: line
# misconception: noise-variance
# why: spread is taken for the variance
import torch


def add_noise(y, spread):
    return y + spread**0.5 * torch.randn_like(y)
