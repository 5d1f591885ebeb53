# stub: mean_squared_error
# part: loss
# misconception: error-absolute
# why: the differences are not squared
import torch


def mean_squared_error(prediction, target):
    return (prediction - target).abs().mean()
