# stub: mean_squared_error
# part: loss
# misconception: error-root
# why: the root of the mean
import torch


def mean_squared_error(prediction, target):
    return (prediction - target).square().mean().sqrt()
