# stub: add_noise
# part: line
# misconception: noise-seeded
# why: a seed inside the function
import torch


def add_noise(y, spread):
    torch.manual_seed(0)
    return y + spread * torch.randn_like(y)
