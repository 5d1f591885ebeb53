# stub: add_noise
# why: the noise is drawn around y at once
import torch


def add_noise(y, spread):
    return torch.normal(y, spread)
