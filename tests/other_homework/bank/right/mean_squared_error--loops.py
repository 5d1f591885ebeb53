# stub: mean_squared_error
# why: one element at a time
import torch


def mean_squared_error(prediction, target):
    pairs = zip(prediction.flatten(), target.flatten())
    return sum((p - t) ** 2 for p, t in pairs) / target.numel()
